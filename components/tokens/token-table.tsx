import type { ReactNode } from "react";
import { KeyRound } from "lucide-react";
import { roleWords } from "@/components/accounts/role-words";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { StateBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Nothing } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { TokenDto } from "@/lib/tokens/schema";

const looks = {
  active: ["valid", "Active"],
  expired: ["expired", "Expired"],
  revoked: ["revoked", "Revoked"],
} as const;

const roleOf = ({ role, identity }: Pick<TokenDto, "role" | "identity">): string =>
  identity ? `${roleWords[role].label}: ${identity.name}` : roleWords[role].label;

function TokenState({ status }: Pick<TokenDto, "status">) {
  return <StateBadge state={looks[status][0]} word={looks[status][1]} />;
}

/** API tokens as rows. Their secrets are kept nowhere; the hint tells them apart. */
export function TokenTable({
  items,
  revoke,
  empty,
}: Readonly<{
  items: readonly TokenDto[];
  revoke?: ServerAction<TokenDto> | undefined;
  empty?: ReactNode;
}>) {
  const columns: Column<TokenDto>[] = [
    {
      key: "name",
      header: "Name",
      width: "grow",
      cell: (token) => (
        <>
          <span className="font-medium">{token.name}</span>{" "}
          <span className="block truncate font-mono text-2xs text-muted">{token.hint}…</span>
          <span className="block py-0.5 whitespace-normal sm:hidden">
            <TokenState {...token} /> <span className="text-xs text-muted">{roleOf(token)}</span>
          </span>
        </>
      ),
    },
    {
      key: "role",
      header: "Role",
      hideBelow: "sm",
      cell: (token) => (
        <span className="block max-w-56 truncate" title={roleOf(token)}>
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
      width: "fit",
      hideBelow: "lg",
      cell: ({ createdBy }) => createdBy,
    },
    {
      key: "createdAt",
      header: "Created",
      width: "fit",
      hideBelow: "md",
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      key: "expiresAt",
      header: "Ends",
      width: "fit",
      hideBelow: "sm",
      cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : <Nothing />),
    },
    ...(revoke
      ? [
          {
            key: "act",
            header: "Act",
            width: "fit",
            align: "end",
            cell: (token) => <Revoke token={token} action={revoke} />,
          } satisfies Column<TokenDto>,
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Tokens"
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={
        empty ?? (
          <EmptyState icon={<KeyRound aria-hidden />} title="No token yet">
            A program that uses the API needs one.
          </EmptyState>
        )
      }
    />
  );
}

function Revoke({
  token: { id, name, status },
  action,
}: Readonly<{ token: TokenDto; action: ServerAction<TokenDto> }>) {
  if (status !== "active")
    return (
      <Button
        size="sm"
        disabledReason={status === "revoked" ? "It is revoked already." : "It has expired."}
      >
        Revoke
      </Button>
    );
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="danger-quiet">
          Revoke
        </Button>
      }
      title={`Revoke the token ${name}?`}
      consequence="Whatever uses it is refused from its next request on. It does not come back."
      confirmLabel="Revoke"
      receipt="Token revoked."
      action={action}
      input={{ id }}
    />
  );
}
