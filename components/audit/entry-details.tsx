import { Badge, StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { ProblemList, type Problem } from "@/components/ui/problem-list";
import { DataTable } from "@/components/ui/table";
import { CountedRefusals } from "./counted-refusals";
import { countedRefusalsOf } from "./counted-refusals-of";
import type { EntryDetail } from "@/lib/log/schema";

type Details = NonNullable<EntryDetail["record"]>["details"];
type Rule = Readonly<{ rule: string; input: string; outcome: "passed" | "failed" }>;

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "message" in value &&
    typeof value.message === "string"
  );
}

/** The details of an entry: findings as a list, the rest as it was recorded. */
export function EntryDetails({ details }: Readonly<{ details: Details }>) {
  const { findings, ...other } = details;
  const refusals = countedRefusalsOf(details);
  const rest = refusals === null ? other : {};
  const problems = Array.isArray(findings) ? findings.filter(isProblem) : [];
  return (
    <>
      {problems.length > 0 && (
        <Card title="Findings" description="All reasons why it was denied or rejected.">
          <ProblemList problems={problems} label="Findings" />
        </Card>
      )}
      {refusals !== null && <CountedRefusals refusals={refusals} />}
      {Object.keys(rest).length > 0 && (
        <Card title="Details">
          <DataList
            items={Object.entries(rest).map(([label, value]) => ({
              label,
              value: value === null || value === "" ? null : <DetailValue value={value} />,
            }))}
          />
        </Card>
      )}
    </>
  );
}

function DetailValue({ value }: Readonly<{ value: unknown }>) {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return <span className="break-all">{String(value)}</span>;
  return (
    <code className="font-mono text-xs break-all whitespace-pre-wrap">
      {JSON.stringify(value, null, 2)}
    </code>
  );
}

/** The rules that were evaluated, each with its input. */
export function DecisionCard({
  rules,
  profileVersion,
}: Readonly<{ rules: readonly Rule[]; profileVersion?: number | undefined }>) {
  return (
    <Card
      padding="flush"
      title="Decision"
      aside={profileVersion !== undefined && <Badge>Profile version {profileVersion}</Badge>}
    >
      <DataTable
        bare
        caption="Rules applied"
        rows={rules.map((rule, index) => ({ ...rule, index }))}
        rowKey={({ index }) => String(index)}
        empty={<p className="px-4 py-3 text-sm text-muted">No rules were evaluated.</p>}
        columns={[
          { key: "rule", header: "Rule", cell: ({ rule }) => rule },
          {
            key: "input",
            header: "Input",
            width: "grow",
            cell: ({ input }) => (
              <span data-tip={input} className="font-mono text-xs">
                {input}
              </span>
            ),
          },
          {
            key: "outcome",
            header: "Outcome",
            width: "fit",
            cell: ({ outcome }) =>
              outcome === "passed" ? (
                <StateBadge state="valid" label="Passed" />
              ) : (
                <StateBadge state="denied" label="Failed" />
              ),
          },
        ]}
      />
    </Card>
  );
}
