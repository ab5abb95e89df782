import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { DrillView } from "./drill-report";
import { formatMilliseconds } from "@/components/log/state-labels";

/** Earlier drills, each with a link to its results. */
export function DrillHistory({ drills }: Readonly<{ drills: readonly DrillView[] }>) {
  return (
    <Card padding="flush" title="Earlier drills">
      <DataTable<DrillView>
        bare
        caption="Earlier drills"
        rows={drills}
        rowKey={({ seq }) => String(seq)}
        rowHref={({ seq }) => `/audit/drill?drill=${seq}`}
        columns={[
          { key: "seq", header: "Entry", width: "fit", cell: ({ seq }) => `Entry ${seq}` },
          {
            key: "outcome",
            header: "Outcome",
            width: "grow",
            cell: (drill) => <Outcome drill={drill} />,
          },
          {
            key: "entries",
            header: "Entries",
            width: "fit",
            align: "end",
            cell: ({ entries }) => formatCount(entries),
          },
          {
            key: "ms",
            header: "Duration",
            width: "fit",
            align: "end",
            hideBelow: "sm",
            cell: ({ milliseconds }) => formatMilliseconds(milliseconds),
          },
          { key: "at", header: "When", width: "fit", cell: ({ at }) => <Time at={at} /> },
        ]}
      />
    </Card>
  );
}

function Outcome({ drill: { ok, attacks, failed } }: Readonly<{ drill: DrillView }>) {
  if (failed !== null) return <span data-tip={failed}>Couldn’t run</span>;
  const caught = attacks.filter(({ caughtBy }) => caughtBy.length > 0).length;
  return ok ? (
    <StateBadge state="valid" label={`${caught} of ${attacks.length} detected`} />
  ) : (
    <StateBadge state="denied" label={`${caught} of ${attacks.length} detected`} />
  );
}
