import { sortBy, type Params } from "@/components/filters/list-address";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatDay } from "@/lib/format/time";
import type { CertificateItem } from "@/lib/certificates/schema";
import type { ReactNode } from "react";
import { CertificateState } from "./certificate-state";

/** What people call a certificate: its common name, else its first name, else its serial. */
export function certificateName({
  commonName,
  sans,
  serial,
}: Pick<CertificateItem, "commonName" | "sans" | "serial">): string {
  return commonName || sans[0]?.value || serial;
}

type Props = Readonly<{
  caption: string;
  items: readonly CertificateItem[];
  now: Date;
  empty: ReactNode;
  /** Sorting links; left out where the list is short. */
  sorting?: Readonly<{ path: string; params: Params; current: string }> | undefined;
  bare?: boolean | undefined;
  withIdentity?: boolean | undefined;
}>;

/** Certificates as rows; each opens its page. */
export function CertificateTable({
  caption,
  items,
  now,
  empty,
  sorting,
  bare,
  withIdentity = true,
}: Props) {
  const sort = (column: string, first: "up" | "down") =>
    sorting ? sortBy(sorting.path, sorting.params, column, first, sorting.current) : {};
  const columns: Column<CertificateItem>[] = [
    { key: "name", header: "Name", width: "grow", cell: (row) => <NameAndEnd {...row} /> },
    {
      key: "state",
      header: "State",
      width: "fit",
      cell: (row) => <CertificateState certificate={row} now={now} />,
    },
    ...(withIdentity
      ? [
          {
            key: "identity",
            header: "Identity",
            hideBelow: "sm",
            cell: ({ identity }) => (
              <span className="block max-w-36 truncate" title={identity.name}>
                {identity.name}
              </span>
            ),
          } satisfies Column<CertificateItem>,
        ]
      : []),
    {
      key: "profile",
      header: "Profile",
      hideBelow: "lg",
      width: "fit",
      cell: ({ profile }) => profile.slug,
    },
    {
      key: "serial",
      header: "Serial",
      hideBelow: "2xl",
      width: "fit",
      cell: ({ serial }) => <MonoId value={serial} label="serial" copy={false} />,
    },
    {
      key: "notAfter",
      header: "Ends",
      hideBelow: "sm",
      width: "fit",
      ...sort("notAfter", "up"),
      cell: ({ notAfter }) => <Time at={notAfter} />,
    },
    {
      key: "createdAt",
      header: "Issued",
      hideBelow: "lg",
      width: "fit",
      ...sort("createdAt", "down"),
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/certificates/${id}`}
      empty={empty}
      bare={bare}
    />
  );
}

/** On a phone the end stands under the name: a column of its own would be cut. */
function NameAndEnd(item: CertificateItem) {
  return (
    <>
      <span className="block truncate">{certificateName(item)}</span>
      <span className="block text-xs font-normal text-muted sm:hidden">
        ends {formatDay(item.notAfter)}
      </span>
    </>
  );
}
