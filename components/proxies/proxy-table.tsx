import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { Nothing } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ProxyDto } from "@/lib/proxies/schema";
import { kindWords } from "./kind-words";

/** Proxies as rows, with the acts on each at the end. */
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
      cell: ({ identity, kind, note }) => (
        <>
          <Link variant="quiet" href={`/identities/${identity.id}`}>
            {identity.name}
          </Link>
          <span className="block text-xs text-muted sm:hidden">{kindWords[kind].label}</span>
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
      cell: ({ kind }) => kindWords[kind].label,
    },
    {
      key: "status",
      header: "State",
      width: "fit",
      cell: ({ status }) =>
        status === "active" ? (
          <StateBadge state="valid" word="Trusted" />
        ) : (
          <StateBadge state="expired" word="Removed" />
        ),
    },
    {
      key: "certificate",
      header: "Certificate in",
      width: "fit",
      hideBelow: "lg",
      cell: ({ kind, status }) =>
        status === "active" ? (
          <code className="font-mono text-xs">{kindWords[kind].certificate}</code>
        ) : (
          <Nothing />
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
            header: "Acts",
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
