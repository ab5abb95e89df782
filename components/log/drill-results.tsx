import { Badge, StateBadge } from "@/components/ui/badge";
import { DataTable } from "@/components/ui/table";
import { attackTitle, attackWords } from "./attack-words";
import { checkWords } from "./check-words";
import { secondsWords } from "./state-words";

/** One attack on the copy and what became of it. */
export type AttackResult = Readonly<{ name: string; caughtBy: readonly string[]; milliseconds: number; finding: string }>;

/** Each attack: what was done, which control caught it, how fast. What nothing caught stands out. */
export function DrillResults({ attacks }: Readonly<{ attacks: readonly AttackResult[] }>) {
  return (
    <DataTable<AttackResult> bare caption="Attacks" rows={attacks} rowKey={({ name }) => name} columns={[
      { key: "name", header: "What was done", width: "grow", cell: ({ name, finding }) => <What name={name} finding={finding} /> },
      { key: "caught", header: "Caught by", width: "fit", cell: ({ caughtBy }) => caughtBy.length === 0 ? <StateBadge state="denied" word="Nothing" /> : <span className="flex max-w-64 flex-wrap gap-1 max-sm:max-w-28">{caughtBy.map((check) => <Badge key={check} tone="valid">{checkWords[check]?.title ?? check}</Badge>)}</span> },
      { key: "ms", header: "After", width: "fit", align: "end", cell: ({ milliseconds }) => secondsWords(milliseconds) },
    ]} />
  );
}

function What({ name, finding }: Pick<AttackResult, "name" | "finding">) {
  return (
    <span className="block py-1 whitespace-normal">
      <span className="font-medium">{attackTitle(name)}</span>
      {attackWords[name] && <span className="block text-xs text-muted">{attackWords[name].does}</span>}
      {finding && <span className="block text-xs break-words text-muted">Found: {finding}</span>}
    </span>
  );
}
