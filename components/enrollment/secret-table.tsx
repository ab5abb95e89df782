import type { ReactNode } from "react";
import {
  actionColumn,
  idColumn,
  Limit,
  originColumns,
  stateColumn,
} from "@/components/shared/credential-columns";
import { DataTable, type Column } from "@/components/ui/table";
import type { ServerAction } from "@/lib/auth/types";
import type { EnrollmentSecretDto } from "@/lib/enrollment/schema";
import { RevokeSecret } from "./revoke-secret";

const usesText = ({ used, uses }: EnrollmentSecretDto): string => `${used} of ${uses}`;

const columns: readonly Column<EnrollmentSecretDto>[] = [
  idColumn("ID", (secret) => `${secret.profile} · used ${usesText(secret)}`),
  {
    key: "profile",
    header: "Profile",
    hideBelow: "sm",
    cell: ({ profile }) => <span className="font-mono text-xs">{profile}</span>,
  },
  {
    key: "networks",
    header: "Networks",
    width: "grow",
    hideBelow: "md",
    cell: ({ networks }) => <Limit values={networks} none="Everywhere" />,
  },
  stateColumn,
  {
    key: "used",
    header: "Used",
    width: "fit",
    align: "end",
    hideBelow: "sm",
    cell: usesText,
  },
  ...originColumns,
];

/** Enrollment secrets as rows, newest first. */
export function SecretTable({
  caption,
  items,
  revoke,
  empty,
}: Readonly<{
  caption: string;
  items: readonly EnrollmentSecretDto[];
  /** Absent if the reader can't revoke secrets. */
  revoke: ServerAction<EnrollmentSecretDto> | undefined;
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
              actionColumn<EnrollmentSecretDto>((secret) => (
                <RevokeSecret secret={secret} action={revoke} />
              )),
            ]
          : columns
      }
      rows={items}
      rowKey={({ id }) => id}
      empty={empty}
    />
  );
}
