import { Badge, StateBadge } from "@/components/ui/badge";
import { DataTable } from "@/components/ui/table";
import { controlTitle } from "./check-words";
import { secondsWords } from "./state-words";

/** One attack on the copy and what became of it. expected: the control that has to catch it. */
export type AttackResult = Readonly<{
  name: string;
  what: string;
  sql: readonly string[];
  expected: string;
  caughtBy: readonly string[];
  milliseconds: number;
  finding: string;
}>;

/** An attack's name as a title: "Edit one byte". */
export function attackTitle(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;
}

/** Each attack: what was done, which control caught it, how fast. What nothing caught stands out. */
export function DrillResults({ attacks }: Readonly<{ attacks: readonly AttackResult[] }>) {
  return (
    <DataTable<AttackResult>
      bare
      caption="Attacks"
      rows={attacks}
      rowKey={({ name }) => name}
      columns={[
        {
          key: "name",
          header: "What was done",
          width: "grow",
          cell: (attack) => <What attack={attack} />,
        },
        {
          key: "caught",
          header: "Caught by",
          width: "fit",
          cell: (attack) => <Caught attack={attack} />,
        },
        {
          key: "ms",
          header: "After",
          width: "fit",
          align: "end",
          cell: ({ milliseconds, caughtBy }) =>
            caughtBy.length === 0 ? "–" : secondsWords(milliseconds),
        },
      ]}
    />
  );
}

function What({
  attack: { name, what, sql, finding, caughtBy },
}: Readonly<{ attack: AttackResult }>) {
  return (
    <span className="block py-1 whitespace-normal">
      <span className="font-medium">{attackTitle(name)}</span>
      <span className="block text-xs">{what}</span>
      {caughtBy.length > 0 && (
        <span className="block text-xs break-words text-muted">Found: {finding}</span>
      )}
      {sql.length > 0 && (
        <details className="text-xs text-muted">
          <summary className="w-fit rounded-sm">Statements</summary>
          <code className="block pt-1 font-mono break-all whitespace-pre-wrap">
            {sql.join(";\n")};
          </code>
        </details>
      )}
    </span>
  );
}

function Caught({ attack: { caughtBy, expected } }: Readonly<{ attack: AttackResult }>) {
  if (caughtBy.length === 0) return <StateBadge state="denied" word="Nothing" />;
  const ordered = [...caughtBy].toSorted(
    (one, other) => Number(other === expected) - Number(one === expected),
  );
  return (
    <span className="flex max-w-64 flex-wrap gap-1 max-sm:max-w-28">
      {ordered.map((control) => (
        <Badge key={control} tone={control === expected ? "valid" : "neutral"}>
          {controlTitle(control)}
        </Badge>
      ))}
    </span>
  );
}
