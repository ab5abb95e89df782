import type { ReactNode } from "react";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { EntrySummary } from "@/lib/log/schema";
import { isReported, OutcomeBadge } from "@/components/shared/entry-outcome";

const columns: readonly Column<EntrySummary>[] = [
  {
    key: "sentence",
    header: "What happened",
    width: "grow",
    cell: (entry) => <Sentence {...entry} />,
  },
  {
    key: "outcome",
    header: "Outcome",
    width: "fit",
    hideBelow: "sm",
    cell: ({ action, outcome }) => <OutcomeBadge action={action} outcome={outcome} />,
  },
  {
    key: "action",
    header: "Action",
    width: "fit",
    hideBelow: "2xl",
    cell: ({ action }) => <code className="font-mono text-xs text-muted">{action}</code>,
  },
  {
    key: "ip",
    header: "Address",
    width: "fit",
    hideBelow: "lg",
    cell: ({ origin }) => (
      <span className="font-mono text-xs">{origin.ip ?? origin.via.join(", ")}</span>
    ),
  },
  { key: "ts", header: "When", width: "fit", cell: ({ ts }) => <Time at={ts} /> },
  {
    key: "seq",
    header: "Entry",
    width: "fit",
    align: "end",
    hideBelow: "sm",
    cell: ({ seq }) => seq,
  },
];

// A card has no room for every column: action and address are shown below the sentence.
const narrow: readonly Column<EntrySummary>[] = [
  {
    key: "sentence",
    header: "What happened",
    width: "grow",
    cell: (entry) => (
      <>
        <Sentence {...entry} />
        <span className="block truncate text-xs font-normal text-muted max-sm:whitespace-normal">
          <code className="font-mono">{entry.action}</code>
          {entry.origin.ip && (
            <>
              {" "}
              from <span className="font-mono">{entry.origin.ip}</span>
            </>
          )}
        </span>
      </>
    ),
  },
  ...columns.filter(({ key }) => key === "outcome" || key === "ts" || key === "seq"),
];

/**
 * Three lines at most on a wide window, as many as it takes on a phone, where the outcome precedes it
 * if it isn't success.
 */
function Sentence({
  sentence,
  action,
  outcome,
}: Pick<EntrySummary, "sentence" | "action" | "outcome">) {
  return (
    <span data-tip={sentence} className="line-clamp-3 whitespace-normal max-sm:line-clamp-none">
      {(outcome !== "success" || isReported({ action })) && (
        <span className="mr-1.5 sm:hidden">
          <OutcomeBadge action={action} outcome={outcome} />
        </span>
      )}
      {sentence}
    </span>
  );
}

type Props = Readonly<{
  items: readonly EntrySummary[];
  empty: ReactNode;
  /** Inside a card. */ bare?: boolean | undefined;
  /** The user may open the entries. */ linked?: boolean | undefined;
  caption?: string | undefined;
}>;

/** Entries as sentences, each a link to its page. */
export function EntryTable({ items, empty, bare, linked = true, caption = "Entries" }: Props) {
  return (
    <DataTable
      caption={caption}
      bare={bare}
      columns={bare ? narrow : columns}
      rows={items}
      rowKey={({ seq }) => String(seq)}
      rowHref={linked ? ({ seq }) => `/audit/${seq}` : undefined}
      empty={empty}
    />
  );
}
