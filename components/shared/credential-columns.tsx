import type { ReactNode } from "react";
import { StateBadge } from "@/components/ui/badge";
import type { Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { cutMiddle } from "@/lib/format/identifier";

const looks = {
  active: ["valid", "Active"],
  spent: ["expired", "Used up"],
  expired: ["expired", "Expired"],
  revoked: ["revoked", "Revoked"],
} as const;

type Credential = Readonly<{
  id: string;
  status: keyof typeof looks;
  createdBy: string;
  expiresAt: string;
}>;

function CredentialState({ status }: Pick<Credential, "status">) {
  return <StateBadge state={looks[status][0]} label={looks[status][1]} />;
}

/** The id; on a phone with the state and, in words, what the hidden columns say. */
export const idColumn = <T extends Credential>(
  header: string,
  summarize: (credential: T) => ReactNode,
): Column<T> => ({
  key: "id",
  header,
  cell: (credential) => (
    <>
      <span className="font-mono text-xs" title={credential.id}>
        {cutMiddle(credential.id, 8, 6)}
      </span>
      <span className="block py-0.5 whitespace-normal sm:hidden">
        <CredentialState status={credential.status} />{" "}
        <span className="text-xs break-words text-muted">
          {summarize(credential)} · expires <Time at={credential.expiresAt} />
        </span>
      </span>
    </>
  ),
});

export const stateColumn: Column<Credential> = {
  key: "status",
  header: "State",
  width: "fit",
  hideBelow: "sm",
  cell: ({ status }) => <CredentialState status={status} />,
};

/** Who created it and when it expires. */
export const originColumns: readonly Column<Credential>[] = [
  {
    key: "createdBy",
    header: "Created by",
    hideBelow: "lg",
    cell: ({ createdBy }) => createdBy,
  },
  {
    key: "expiresAt",
    header: "Expires",
    width: "fit",
    hideBelow: "sm",
    cell: ({ expiresAt }) => <Time at={expiresAt} />,
  },
];

/** What can be done with each. */
export const actionColumn = <T,>(cell: (row: T) => ReactNode): Column<T> => ({
  key: "act",
  header: "Actions",
  width: "fit",
  align: "end",
  cell,
});

/** What limits a credential, with all of it as tooltip; `none` where nothing does. */
export function Limit({ values, none }: Readonly<{ values: readonly string[]; none: string }>) {
  if (values.length === 0) return <span className="text-muted">{none}</span>;
  return (
    <span className="block truncate font-mono text-xs" title={values.join(", ")}>
      {summarizeLimit(values, none)}
    </span>
  );
}

/** The first, and how many more there are. */
export const summarizeLimit = (values: readonly string[], none: string): string =>
  values.length < 2 ? (values[0] ?? none) : `${values[0]} and ${values.length - 1} more`;
