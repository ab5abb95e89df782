import type { ReactNode } from "react";
import {
  actionColumn,
  idColumn,
  Limit,
  originColumns,
  stateColumn,
  summarizeLimit,
} from "@/components/shared/credential-columns";
import { DataTable, type Column } from "@/components/ui/table";
import type { AcmeKeyDto } from "@/lib/acme/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import { RevokeAcmeKey } from "./revoke-acme-key";

const columns: readonly Column<AcmeKeyDto>[] = [
  idColumn(
    "Key ID",
    ({ profiles, names, accounts }) =>
      `${summarizeLimit(profiles, "all profiles")} · ${summarizeLimit(names, "all names")} · ${plural(accounts, "account")}`,
  ),
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
  stateColumn,
  {
    key: "accounts",
    header: "Accounts",
    width: "fit",
    align: "end",
    hideBelow: "sm",
    cell: ({ accounts }) => accounts,
  },
  ...originColumns,
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
  return (
    <DataTable
      bare
      caption={caption}
      columns={
        revoke
          ? [
              ...columns,
              actionColumn<AcmeKeyDto>((key) => <RevokeAcmeKey acmeKey={key} action={revoke} />),
            ]
          : columns
      }
      rows={items}
      rowKey={({ id }) => id}
      empty={empty}
    />
  );
}
