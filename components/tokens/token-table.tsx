import type { ReactNode } from "react";
import { KeyRound } from "lucide-react";
import { roleLabels } from "@/components/shared/role-labels";
import { StateBadge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { TokenDto } from "@/lib/tokens/schema";
import { RevokeToken, type TokenActions } from "./revoke-token";

const looks = {
  active: ["valid", "Active"],
  expired: ["expired", "Expired"],
  revoked: ["revoked", "Revoked"],
} as const;

const roleOf = ({ role, identity }: Pick<TokenDto, "role" | "identity">): string =>
  identity ? `${roleLabels[role].label}: ${identity.name}` : roleLabels[role].label;

function TokenState({ status }: Pick<TokenDto, "status">) {
  return <StateBadge state={looks[status][0]} label={looks[status][1]} />;
}

function LastUse({ lastUsedAt }: Pick<TokenDto, "lastUsedAt">) {
  return lastUsedAt === null ? "Never" : <Time at={lastUsedAt} />;
}

function TokenName({ name, hint }: Pick<TokenDto, "name" | "hint">) {
  return (
    <>
      <span className="font-medium" title={name}>
        {name}
      </span>{" "}
      <span className="block truncate font-mono text-2xs text-muted">{hint}…</span>
    </>
  );
}

/** Who created it, and whether it ends with them. */
function Maker({ createdBy, parent, account }: TokenDto) {
  const maker = parent === null ? createdBy : `Token ${parent.name}`;
  const belongsTo =
    account === null ? "Not tied to a user" : parent !== null ? account.email : undefined;
  return (
    <>
      <span className="block truncate" title={maker}>
        {maker}
      </span>
      <span className="block truncate text-2xs text-muted" title={belongsTo}>
        {belongsTo}
      </span>
    </>
  );
}

/** API tokens as rows. Secrets aren't stored; the hint tells tokens apart. */
export function TokenTable({
  items,
  actions,
  empty,
}: Readonly<{
  items: readonly TokenDto[];
  actions?: TokenActions | undefined;
  empty?: ReactNode;
}>) {
  const columns: Column<TokenDto>[] = [
    {
      key: "name",
      header: "Name",
      width: "grow",
      cell: (token) => (
        <>
          <TokenName {...token} />
          <span className="block py-0.5 whitespace-normal sm:hidden">
            <TokenState {...token} />{" "}
            <span className="text-xs text-muted">
              {roleOf(token)} · last used: <LastUse {...token} />
            </span>
          </span>
        </>
      ),
    },
    {
      key: "role",
      header: "Role",
      hideBelow: "sm",
      cell: (token) => (
        <span className="block truncate" title={roleOf(token)}>
          {roleOf(token)}
        </span>
      ),
    },
    {
      key: "status",
      header: "State",
      width: "fit",
      hideBelow: "sm",
      cell: (token) => <TokenState {...token} />,
    },
    {
      key: "createdBy",
      header: "Created by",
      hideBelow: "lg",
      cell: (token) => <Maker {...token} />,
    },
    {
      key: "lastUsedAt",
      header: "Last used",
      width: "fit",
      hideBelow: "sm",
      cell: (token) => <LastUse {...token} />,
    },
    {
      key: "createdAt",
      header: "Created",
      width: "fit",
      hideBelow: "xl",
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      key: "expiresAt",
      header: "Expires",
      width: "fit",
      hideBelow: "md",
      cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : "Never"),
    },
    ...(actions
      ? [
          {
            key: "act",
            header: "Actions",
            width: "fit",
            align: "end",
            cell: (token) => <RevokeToken token={token} {...actions} />,
          } satisfies Column<TokenDto>,
        ]
      : []),
  ];
  return (
    <DataTable
      caption="API tokens"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={
        empty ?? (
          <EmptyState icon={<KeyRound aria-hidden />} title="No API tokens yet">
            Create one for each program that calls the API.
          </EmptyState>
        )
      }
    />
  );
}
