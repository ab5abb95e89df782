import type { ReactNode } from "react";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { formatCount, formatList, plural } from "@/lib/format/count";
import { formatDay } from "@/lib/format/time";
import type { InventoryReport } from "@/lib/inventory/schema";

type Row = InventoryReport["rows"][number];
type KeyRow = InventoryReport["keys"][number];
type OwnerRow = InventoryReport["owners"][number];
type AuthorityRow = InventoryReport["authorities"][number];

/** The report, for the screen and for paper: dates are whole, and nothing is cut. */
export function InventoryReportView({ report }: Readonly<{ report: InventoryReport }>) {
  const { counts, keys, owners, authorities, rows, rowsLeftOut, sha256, signOff } = report;
  return (
    <Stack>
      <Card title="Review">
        <DataList
          items={[
            { label: "Last signed off", value: <SignedOff signOff={signOff} /> },
            { label: "Digest", value: <code className="text-xs break-all">{sha256}</code> },
          ]}
        />
        <p className="pt-2 text-xs text-muted">
          SHA-256 of the fingerprints of all valid certificates, in ascending order. PCI DSS 12.3.3
          asks for a review at least once every 12 months.
        </p>
      </Card>
      <Card
        title="Counts"
        description="Certificates of your identities; Chancery’s own are left out."
      >
        <DataList columns={2} items={countItems(counts)} />
      </Card>
      <Section
        title="Keys in use"
        note="Algorithms and key sizes of valid certificates, and what they are for (12.3.3)."
      >
        <DataTable
          bare
          caption="Keys in use"
          columns={keyColumns}
          rows={keys}
          rowKey={({ algorithm }) => algorithm}
          empty={<None />}
        />
      </Section>
      <Section
        title="Certificate authorities"
        note="Keys that sign certificates, CRLs and OCSP responders."
      >
        <DataTable
          bare
          caption="Certificate authorities"
          columns={authorityColumns}
          rows={authorities}
          rowKey={({ id }) => id}
        />
      </Section>
      <Section title="Owners">
        <DataTable
          bare
          caption="Owners"
          columns={ownerColumns}
          rows={owners}
          rowKey={({ owner }) => owner}
          empty={<None />}
        />
      </Section>
      <Section
        title="Valid certificates"
        note={
          rowsLeftOut > 0
            ? `The ${formatCount(rows.length)} that expire first. ${plural(rowsLeftOut, "more is", "more are")} in the CSV, which has all.`
            : "All of them, those that expire first at the top."
        }
      >
        <DataTable
          bare
          caption="Valid certificates"
          columns={rowColumns}
          rows={rows}
          rowKey={({ id }) => id}
          empty={<None />}
        />
      </Section>
      <NotCovered />
    </Stack>
  );
}

function Section({
  title,
  note,
  children,
}: Readonly<{ title: string; note?: string; children: ReactNode }>) {
  return (
    <Card title={title} padding="flush" {...(note === undefined ? {} : { description: note })}>
      {children}
    </Card>
  );
}

const None = () => <p className="p-4 text-sm text-muted">None.</p>;

function SignedOff({ signOff }: Pick<InventoryReport, "signOff">) {
  if (signOff === null) return "Never.";
  const { at, by, seq, comment, count, same } = signOff;
  return (
    <>
      {formatDay(at)} by {by}, {plural(count, "valid certificate")} (
      <Link href={`/audit/${seq}`}>entry {seq}</Link>).{comment && ` “${comment}”.`}{" "}
      {same ? "Nothing has changed since." : "Certificates have changed since."}
    </>
  );
}

const countItems = (counts: InventoryReport["counts"]) =>
  (
    [
      ["Valid", counts.valid],
      ["Expired", counts.expired],
      ["On hold", counts.held],
      ["Revoked", counts.revoked],
      ["Expire within 30 days, no successor", counts.expiring30],
      ["Expire within 90 days, no successor", counts.expiring90],
      ["Valid, without a recorded use", counts.neverUsed],
      ["Valid, key made by Chancery", counts.serverKeys],
    ] as const
  ).map(([label, value]) => ({
    label,
    value: <span className="tabular-nums">{formatCount(value)}</span>,
  }));

const keyColumns: readonly Column<KeyRow>[] = [
  {
    key: "algorithm",
    header: "Key",
    width: "fit",
    cell: ({ algorithm }) => keyAlgorithmLabel(algorithm),
  },
  {
    key: "valid",
    header: "Valid",
    align: "end",
    width: "fit",
    cell: ({ valid }) => formatCount(valid),
  },
  {
    key: "owners",
    header: "Owners",
    align: "end",
    width: "fit",
    hideBelow: "sm",
    cell: ({ owners }) => formatCount(owners),
  },
  {
    key: "profiles",
    header: "Purpose (profiles)",
    width: "grow",
    cell: ({ profiles }) => <span className="whitespace-normal">{formatList(profiles)}</span>,
  },
  {
    key: "authorities",
    header: "Signed by",
    hideBelow: "md",
    cell: ({ authorities }) => (
      <span className="block min-w-40 whitespace-normal">{formatList(authorities)}</span>
    ),
  },
  {
    key: "lastExpiry",
    header: "Last expiry",
    width: "fit",
    hideBelow: "sm",
    cell: ({ lastExpiry }) => formatDay(lastExpiry),
  },
];

const authorityColumns: readonly Column<AuthorityRow>[] = [
  { key: "name", header: "Name", width: "grow", cell: ({ name }) => name },
  {
    key: "kind",
    header: "Kind",
    width: "fit",
    cell: ({ kind }) => (kind === "root" ? "Root" : "Issuing"),
  },
  {
    key: "algorithm",
    header: "Key",
    width: "fit",
    cell: ({ algorithm }) => keyAlgorithmLabel(algorithm),
  },
  {
    key: "notAfter",
    header: "Expires",
    width: "fit",
    hideBelow: "sm",
    cell: ({ notAfter }) => notAfter !== null && formatDay(notAfter),
  },
];

const ownerColumns: readonly Column<OwnerRow>[] = [
  { key: "owner", header: "Owner", width: "grow", cell: ({ owner }) => owner },
  {
    key: "identities",
    header: "Identities",
    align: "end",
    width: "fit",
    cell: ({ identities }) => formatCount(identities),
  },
  {
    key: "valid",
    header: "Valid",
    align: "end",
    width: "fit",
    cell: ({ valid }) => formatCount(valid),
  },
  {
    key: "nextExpiry",
    header: "Next expiry",
    width: "fit",
    hideBelow: "sm",
    cell: ({ nextExpiry }) => formatDay(nextExpiry),
  },
];

const rowColumns: readonly Column<Row>[] = [
  { key: "name", header: "Certificate", width: "grow", cell: ({ name }) => name },
  { key: "owner", header: "Owner", hideBelow: "sm", cell: ({ owner }) => owner },
  {
    key: "algorithm",
    header: "Key",
    width: "fit",
    hideBelow: "sm",
    cell: ({ algorithm }) => keyAlgorithmLabel(algorithm),
  },
  {
    key: "authority",
    header: "CA",
    width: "fit",
    hideBelow: "2xl",
    cell: ({ authority }) => authority,
  },
  {
    key: "notAfter",
    header: "Expires",
    width: "fit",
    cell: ({ notAfter, hasSuccessor }) =>
      `${formatDay(notAfter)}${hasSuccessor ? " (renewed)" : ""}`,
  },
  {
    key: "lastUsedAt",
    header: "Last used",
    width: "fit",
    hideBelow: "md",
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? "No recorded use" : formatDay(lastUsedAt)),
  },
];

function NotCovered() {
  return (
    <Card title="What this report doesn’t cover">
      <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
        <li>
          Keys and certificates that Chancery didn’t issue, such as those of public CAs and SSH
          keys.
        </li>
        <li>
          Cipher suites and protocol versions that your services negotiate (12.3.3). Chancery’s own
          listeners take TLS 1.2 and 1.3.
        </li>
        <li>
          Data encryption keys, and keys in applications, databases and key management services.
        </li>
        <li>
          Uses that Chancery doesn’t see: a last use is known only from its mTLS port, from proxies
          that ask it, and from services that report events.
        </li>
        <li>
          Your strategy to respond to weaknesses of an algorithm (12.3.3), which is a document of
          yours.
        </li>
      </ul>
    </Card>
  );
}
