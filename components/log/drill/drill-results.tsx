import { Badge, StateBadge } from "@/components/ui/badge";
import { DataTable } from "@/components/ui/table";
import { controlTitle } from "@/components/log/check-labels";
import { formatMilliseconds } from "@/components/log/state-labels";

/** One attack on the copy and its result. expected: the control that should detect it. */
export type AttackResult = Readonly<{
  name: string;
  what: string;
  sql: readonly string[];
  expected: string;
  caughtBy: readonly string[];
  milliseconds: number;
  finding: string;
}>;

/** The title of an attack: "Edit one byte". */
export function attackTitle(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}`;
}

/**
 * Each attack: what was done, which control detected it, and how fast. Undetected attacks are
 * highlighted.
 */
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
          header: "Attack",
          width: "grow",
          cell: (attack) => <AttackDescription attack={attack} />,
        },
        {
          key: "caught",
          header: "Detected by",
          width: "fit",
          cell: (attack) => <DetectedBy attack={attack} />,
        },
        {
          key: "ms",
          header: "Time",
          width: "fit",
          align: "end",
          cell: ({ milliseconds, caughtBy }) =>
            caughtBy.length === 0 ? "–" : formatMilliseconds(milliseconds),
        },
      ]}
    />
  );
}

function AttackDescription({
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
          <summary className="w-fit rounded-sm">SQL statements</summary>
          <code className="block pt-1 font-mono break-all whitespace-pre-wrap">
            {sql.join(";\n")};
          </code>
        </details>
      )}
    </span>
  );
}

function DetectedBy({ attack: { caughtBy, expected } }: Readonly<{ attack: AttackResult }>) {
  if (caughtBy.length === 0) return <StateBadge state="denied" label="Not detected" />;
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
