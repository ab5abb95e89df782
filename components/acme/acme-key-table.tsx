import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { AcmeKeyDto } from "@/lib/acme/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import { cutMiddle } from "@/lib/format/identifier";
import { RevokeAcmeKey } from "./revoke-acme-key";

const looks = {
  active: ["valid", "Active"],
  expired: ["expired", "Expired"],
  revoked: ["revoked", "Revoked"],
} as const;

function KeyState({ status }: Pick<AcmeKeyDto, "status">) {
  return <StateBadge state={looks[status][0]} label={looks[status][1]} />;
}

/** The beginning of a list that limits a key. */
const summary = (values: readonly string[], none: string): string =>
  values.length < 2 ? (values[0] ?? none) : `${values[0]} and ${values.length - 1} more`;

/** The same for a column, with all of it as tooltip. */
function Limit({ values, none }: Readonly<{ values: readonly string[]; none: string }>) {
  if (values.length === 0) return <span className="text-muted">{none}</span>;
  return (
    <span className="block max-w-56 truncate font-mono text-xs" title={values.join(", ")}>
      {summary(values, none)}
    </span>
  );
}

const columns: readonly Column<AcmeKeyDto>[] = [
  {
    key: "id",
    header: "Key ID",
    cell: ({ id, status, profiles, names, accounts, expiresAt }) => (
      <>
        <span className="font-mono text-xs" title={id}>
          {cutMiddle(id, 8, 6)}
        </span>
        <span className="block py-0.5 whitespace-normal sm:hidden">
          <KeyState status={status} />{" "}
          <span className="text-xs break-words text-muted">
            {summary(profiles, "all profiles")} · {summary(names, "all names")} ·{" "}
            {plural(accounts, "account")} · expires <Time at={expiresAt} />
          </span>
        </span>
      </>
    ),
  },
  {
    key: "profiles",
    header: "Profiles",
    hideBelow: "md",
    cell: ({ profiles }) => <Limit values={profiles} none="All self-service" />,
  },
  {
    key: "names",
    header: "Names",
    width: "grow",
    hideBelow: "md",
    cell: ({ names }) => <Limit values={names} none="All it holds" />,
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    hideBelow: "sm",
    cell: ({ status }) => <KeyState status={status} />,
  },
  {
    key: "accounts",
    header: "Accounts",
    width: "fit",
    align: "end",
    hideBelow: "sm",
    cell: ({ accounts }) => accounts,
  },
  {
    key: "createdBy",
    header: "Created by",
    width: "fit",
    hideBelow: "lg",
    cell: ({ createdBy }) => (
      <span className="block max-w-48 truncate" title={createdBy}>
        {createdBy}
      </span>
    ),
  },
  {
    key: "expiresAt",
    header: "Expires",
    width: "fit",
    hideBelow: "sm",
    cell: ({ expiresAt }) => <Time at={expiresAt} />,
  },
];

/** Enrollment keys as rows, newest first. */
export function AcmeKeyTable({
  caption,
  items,
  revoke,
  empty,
}: Readonly<{
  caption: string;
  items: readonly AcmeKeyDto[];
  /** Absent if the reader can't revoke keys. */
  revoke: ServerAction<AcmeKeyDto> | undefined;
  empty: ReactNode;
}>) {
  const act: Column<AcmeKeyDto> = {
    key: "act",
    header: "Actions",
    width: "fit",
    align: "end",
    cell: (acmeKey) => revoke && <RevokeAcmeKey acmeKey={acmeKey} action={revoke} />,
  };
  return (
    <DataTable
      bare
      caption={caption}
      columns={revoke ? [...columns, act] : columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={empty}
    />
  );
}
