import { CalendarX2, CirclePause } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { sortLink, type Params } from "@/components/filters/list-href";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable, type Column } from "@/components/ui/table";
import type { TableView } from "@/components/ui/table-view";
import { Time } from "@/components/ui/time";
import { formatDay } from "@/lib/format/time";
import type { CertificateItem } from "@/lib/certificates/schema";
import type { ReactNode } from "react";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
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
  /** Whether the list is one of requests for rotation, so that their dates are shown. */
  rotation?: boolean | undefined;
  view?: TableView | undefined;
}>;
type ColumnProps = Pick<Props, "now" | "sorting" | "bare" | "withIdentity" | "rotation">;

/** The columns of a list of certificates. */
export function certificateColumns({
  now,
  sorting,
  bare,
  withIdentity = true,
  rotation = false,
}: ColumnProps): readonly Column<CertificateItem>[] {
  const sort = (column: string, first: "up" | "down") =>
    sorting ? sortLink(sorting.path, sorting.params, column, first, sorting.current) : {};
  return [
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
            cell: ({ identity }) => identity.name,
          } satisfies Column<CertificateItem>,
        ]
      : []),
    {
      key: "profile",
      header: "Profile",
      hideBelow: "lg",
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
    {
      key: "replaceBy",
      header: "Replace by",
      width: "fit",
      ...(rotation ? { hideBelow: "sm" } : { extra: true }),
      cell: (row) => <ReplaceBy {...row} now={now} />,
    },
    ...extraColumns,
  ];
}

/**
 * The date that a certificate is to be replaced by; marked once it is over. For a suspended identity
 * nothing can be replaced, so nothing is overdue.
 */
function ReplaceBy({
  rotationRequest,
  identity,
  now,
}: Pick<CertificateItem, "rotationRequest" | "identity"> & Readonly<{ now: Date }>) {
  if (rotationRequest === null) return null;
  const time = <Time at={rotationRequest.replaceBy} />;
  if (identity.status === "suspended")
    return <Badge icon={<CirclePause aria-hidden />}>Suspended</Badge>;
  return Date.parse(rotationRequest.replaceBy) < now.getTime() ? (
    <Badge tone="expiring" icon={<CalendarX2 aria-hidden />}>
      {time}
    </Badge>
  ) : (
    time
  );
}

const extraColumns: readonly Column<CertificateItem>[] = [
  { key: "owner", header: "Owner", extra: true, cell: ({ identity }) => identity.owner },
  {
    key: "keyAlgorithm",
    header: "Key",
    width: "fit",
    extra: true,
    cell: ({ keyAlgorithm, serverKey }) =>
      `${keyAlgorithmLabel(keyAlgorithm)}${serverKey ? ", made by Chancery" : ""}`,
  },
  {
    key: "authority",
    header: "CA",
    extra: true,
    cell: ({ authority }) => authority.slug,
  },
  {
    key: "fingerprint",
    header: "Fingerprint",
    width: "fit",
    extra: true,
    cell: ({ fingerprintSha256 }) =>
      fingerprintSha256 !== null && (
        <MonoId value={fingerprintSha256} label="SHA-256 fingerprint" copy={false} />
      ),
  },
  {
    key: "names",
    header: "Names",
    extra: true,
    cell: ({ sans }) => sans.map(({ value }) => value).join(", "),
  },
  {
    key: "requestedBy",
    header: "Requested by",
    extra: true,
    cell: ({ requestedBy }) => requestedBy,
  },
];

/** Certificates as rows; each row links to its page. */
export function CertificateTable({
  caption,
  items,
  empty,
  selectable = false,
  view,
  ...columnProps
}: Props) {
  return (
    <DataTable
      caption={caption}
      columns={certificateColumns(columnProps)}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/certificates/${id}`}
      selectLabel={selectable ? certificateName : undefined}
      empty={empty}
      bare={columnProps.bare}
      view={view}
    />
  );
}

/** On phones, the dates are under the name: another column would be cut off. */
function NameCell(item: CertificateItem) {
  return (
    <>
      <span className="block truncate">{certificateName(item)}</span>
      <span className="block text-xs font-normal text-muted sm:hidden">
        expires {formatDay(item.notAfter)}
        {item.rotationRequest && `, replace by ${formatDay(item.rotationRequest.replaceBy)}`}
      </span>
    </>
  );
}
