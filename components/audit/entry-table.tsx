import type { ReactNode } from "react";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { EntrySummary } from "@/lib/log/schema";
import { OutcomeBadge } from "./entry-look";

const columns: readonly Column<EntrySummary>[] = [
  { key: "sentence", header: "What happened", width: "grow", cell: (entry) => <Sentence {...entry} /> },
  { key: "outcome", header: "Outcome", width: "fit", hideBelow: "sm", cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { key: "action", header: "Action", width: "fit", hideBelow: "xl", cell: ({ action }) => <code className="font-mono text-xs text-muted">{action}</code> },
  { key: "ip", header: "Address", width: "fit", hideBelow: "lg", cell: ({ origin }) => <span className="font-mono text-xs">{origin.ip ?? origin.via.join(", ")}</span> },
  { key: "ts", header: "When", width: "fit", cell: ({ ts }) => <Time at={ts} /> },
  { key: "seq", header: "Entry", width: "fit", align: "end", hideBelow: "sm", cell: ({ seq }) => seq },
];

/** One line on a wide window, as many as it takes on a phone, where the outcome of what did not succeed stands before it. */
function Sentence({ sentence, outcome }: Pick<EntrySummary, "sentence" | "outcome">) {
  return (
    <span data-tip={sentence} className="max-sm:whitespace-normal">
      {outcome !== "success" && <span className="mr-1.5 sm:hidden"><OutcomeBadge outcome={outcome} /></span>}{sentence}
    </span>
  );
}

/** Entries of the log as sentences; each opens its page. */
export function EntryTable({ items, empty }: Readonly<{ items: readonly EntrySummary[]; empty: ReactNode }>) {
  return <DataTable caption="Entries" columns={columns} rows={items} rowKey={({ id }) => id} rowHref={({ seq }) => `/audit/${seq}`} empty={empty} />;
}
