import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { EnrollmentSecretDto } from "@/lib/enrollment/schema";
import { cutMiddle } from "@/lib/format/identifier";
import { RevokeSecret } from "./revoke-secret";

const looks = {
  active: ["valid", "Active"],
  spent: ["expired", "Used up"],
  expired: ["expired", "Expired"],
  revoked: ["revoked", "Revoked"],
} as const;

function SecretState({ status }: Pick<EnrollmentSecretDto, "status">) {
  return <StateBadge state={looks[status][0]} label={looks[status][1]} />;
}

const usesText = ({ used, uses }: EnrollmentSecretDto): string => `${used} of ${uses}`;

const columns: readonly Column<EnrollmentSecretDto>[] = [
  {
    key: "id",
    header: "ID",
    cell: (row) => (
      <>
        <span className="font-mono text-xs" title={row.id}>
          {cutMiddle(row.id, 8, 6)}
        </span>
        <span className="block py-0.5 whitespace-normal sm:hidden">
          <SecretState status={row.status} />{" "}
          <span className="text-xs break-words text-muted">
            {row.profile} · used {usesText(row)} · expires <Time at={row.expiresAt} />
          </span>
        </span>
      </>
    ),
  },
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
    cell: ({ networks }) =>
      networks.length === 0 ? (
        <span className="text-muted">Everywhere</span>
      ) : (
        <span className="block max-w-56 truncate font-mono text-xs" title={networks.join(", ")}>
          {networks.join(", ")}
        </span>
      ),
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    hideBelow: "sm",
    cell: ({ status }) => <SecretState status={status} />,
  },
  {
    key: "used",
    header: "Used",
    width: "fit",
    align: "end",
    hideBelow: "sm",
    cell: usesText,
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
  const act: Column<EnrollmentSecretDto> = {
    key: "act",
    header: "Actions",
    width: "fit",
    align: "end",
    cell: (secret) => revoke && <RevokeSecret secret={secret} action={revoke} />,
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
