import { StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import type { IssueLine } from "@/lib/bulk/schema";
import { formatDay } from "@/lib/format/time";

type NumberedLine = IssueLine & Readonly<{ n: number }>;

const columns: readonly Column<NumberedLine>[] = [
  { key: "label", header: "Row", cell: ({ label }) => label },
  {
    key: "result",
    header: "Dry run",
    width: "fit",
    cell: ({ problems }) =>
      problems.length === 0 ? (
        <StateBadge state="valid" label="Ready" />
      ) : (
        <StateBadge state="denied" label="Left out" />
      ),
  },
  {
    key: "what",
    header: "Certificate",
    width: "grow",
    cell: (line) => <What {...line} />,
  },
  {
    key: "identity",
    header: "Identity",
    hideBelow: "md",
    cell: ({ identity }) => identity?.name ?? "",
  },
  {
    key: "profile",
    header: "Profile",
    hideBelow: "lg",
    cell: ({ profile }) => profile,
  },
  {
    key: "notAfter",
    header: "Expires",
    width: "fit",
    hideBelow: "lg",
    cell: ({ notAfter, problems }) =>
      notAfter !== null && problems.length === 0 && formatDay(notAfter),
  },
];

/** What would be signed, or what keeps it from being signed. */
function What({ subject, sans, addsNames, problems }: IssueLine) {
  if (problems.length > 0)
    return (
      <ul className="text-wrap">
        {problems.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    );
  const names = sans.length > 0 ? sans.join(", ") : subject;
  return (
    <>
      <span className="block truncate" title={names}>
        {names}
      </span>
      {addsNames.length > 0 && (
        <span className="block text-xs text-wrap text-muted">adds {addsNames.join(", ")}</span>
      )}
    </>
  );
}

/** The rows of a dry run: what each would become, or why it is left out. Those left out are first. */
export function IssueLines({ lines }: Readonly<{ lines: readonly IssueLine[] }>) {
  const numbered = lines
    .map((line, n) => ({ ...line, n }))
    .toSorted(
      (a, b) => Number(a.problems.length === 0) - Number(b.problems.length === 0) || a.n - b.n,
    );
  return (
    <DataTable
      bare
      caption="Rows of the dry run"
      columns={columns}
      rows={numbered}
      rowKey={({ n }) => String(n)}
    />
  );
}
