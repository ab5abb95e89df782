import { sortLink, type Params } from "@/components/filters/list-href";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatDay } from "@/lib/format/time";
import type { CertificateItem } from "@/lib/certificates/schema";
import type { ReactNode } from "react";
import { certificateName } from "@/components/certificates/certificate-name";
import { CertificateState } from "@/components/certificates/certificate-state";

type Props = Readonly<{
  caption: string;
  items: readonly CertificateItem[];
  now: Date;
  empty: ReactNode;
  /** The sort links; absent where the list is short. */
  sorting?: Readonly<{ path: string; params: Params; current: string }> | undefined;
  bare?: boolean | undefined;
  withIdentity?: boolean | undefined;
  /** Whether rows can be selected; then it is inside a SelectionProvider. */
  selectable?: boolean | undefined;
}>;

/** Certificates as rows; each row links to its page. */
export function CertificateTable({
  caption,
  items,
  now,
  empty,
  sorting,
  bare,
  withIdentity = true,
  selectable = false,
}: Props) {
  const sort = (column: string, first: "up" | "down") =>
    sorting ? sortLink(sorting.path, sorting.params, column, first, sorting.current) : {};
  const columns: Column<CertificateItem>[] = [
    { key: "name", header: "Name", width: "grow", cell: (row) => <NameCell {...row} /> },
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
      cell: ({ serial }) => <MonoId value={serial} label="serial number" copy={false} />,
    },
    {
      key: "notAfter",
      header: "Expires",
      hideBelow: "sm",
      width: "fit",
      ...sort("notAfter", "up"),
      cell: ({ notAfter }) => <Time at={notAfter} />,
    },
    // In a card beside others there is no room for it.
    ...(bare && withIdentity
      ? []
      : [
          {
            key: "createdAt",
            header: "Issued",
            hideBelow: "lg",
            width: "fit",
            ...sort("createdAt", "down"),
            cell: ({ createdAt }) => <Time at={createdAt} />,
          } satisfies Column<CertificateItem>,
        ]),
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/certificates/${id}`}
      selectLabel={selectable ? certificateName : undefined}
      empty={empty}
      bare={bare}
    />
  );
}

/** On phones, the expiration date is under the name: another column would be cut off. */
function NameCell(item: CertificateItem) {
  return (
    <>
      <span className="block truncate">{certificateName(item)}</span>
      <span className="block text-xs font-normal text-muted sm:hidden">
        expires {formatDay(item.notAfter)}
      </span>
    </>
  );
}
