import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { EmptyValue } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ProxyDto, ProxyScope } from "@/lib/proxies/schema";
import { kindLabels } from "./kind-labels";
import { scopeLabels } from "./scope-labels";

const readsCertificates = (scopes: readonly ProxyScope[]): boolean =>
  scopes.some((scope) => scope !== "console");

/** What a proxy may do, a line for each scope. */
function Scopes({ scopes }: Readonly<{ scopes: readonly ProxyScope[] }>) {
  return (
    <ul className="mt-1 flex flex-col gap-1 text-xs whitespace-normal" aria-label="What it may do">
      {scopes.map((scope) => (
        <li key={scope}>{scopeLabels[scope].may}</li>
      ))}
    </ul>
  );
}

/** Proxies as rows, each with its actions at the end. */
export function ProxyTable({
  items,
  acts,
  empty,
}: Readonly<{
  items: readonly ProxyDto[];
  acts: ((proxy: ProxyDto) => ReactNode) | undefined;
  empty: ReactNode;
}>) {
  const columns: Column<ProxyDto>[] = [
    {
      key: "identity",
      header: "Identity",
      width: "grow",
      cell: ({ identity, kind, note, scopes, status }) => (
        <>
          <span className="block wrap-anywhere whitespace-normal">
            <Link variant="quiet" href={`/identities/${identity.id}`}>
              {identity.name}
            </Link>
          </span>
          <span className="block text-xs text-muted sm:hidden">{kindLabels[kind].label}</span>
          {status === "active" && <Scopes scopes={scopes} />}
          {note && (
            <span className="block truncate text-xs text-muted" title={note}>
              {note}
            </span>
          )}
        </>
      ),
    },
    {
      key: "kind",
      header: "Kind",
      width: "fit",
      hideBelow: "sm",
      cell: ({ kind }) => kindLabels[kind].label,
    },
    {
      key: "status",
      header: "State",
      width: "fit",
      cell: ({ status }) =>
        status === "active" ? (
          <StateBadge state="valid" label="Trusted" />
        ) : (
          <StateBadge state="expired" label="Removed" />
        ),
    },
    {
      key: "certificate",
      header: "Certificate header",
      width: "fit",
      hideBelow: "lg",
      cell: ({ kind, scopes, status }) =>
        status === "active" && readsCertificates(scopes) ? (
          <code className="font-mono text-xs">{kindLabels[kind].certificate}</code>
        ) : (
          <EmptyValue />
        ),
    },
    {
      key: "hops",
      header: "Hops",
      width: "fit",
      align: "end",
      hideBelow: "sm",
      cell: ({ hops }) => hops,
    },
    {
      key: "changedAt",
      header: "Changed",
      width: "fit",
      hideBelow: "lg",
      cell: ({ changedAt }) => <Time at={changedAt} />,
    },
    ...(acts
      ? [
          {
            key: "acts",
            header: "Actions",
            width: "fit",
            align: "end",
            cell: (proxy) => (proxy.status === "active" ? acts(proxy) : null),
          } satisfies Column<ProxyDto>,
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Proxies"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={empty}
    />
  );
}
