import { Progress } from "@/components/ui/progress";
import { formatCount } from "@/lib/format/count";
import type { WorkView } from "@/lib/log/view-types";

/** The progress of long-running work. `waiting` is the label until it has started. */
export function WorkProgress({
  label,
  work,
  waiting,
}: Readonly<{ label: string; work: WorkView | null; waiting: string }>) {
  const hasTotal = work !== null && work.total !== null && work.total > 0;
  return (
    <div role="group" aria-label={label} className="flex min-h-11 flex-col justify-center gap-1">
      <Progress
        label={work?.note || (work === null ? waiting : label)}
        value={hasTotal ? work.done : 0}
        max={hasTotal ? (work.total ?? 1) : 1}
        text={hasTotal ? `${formatCount(work.done)} of ${formatCount(work.total ?? 0)}` : " "}
      />
    </div>
  );
}
