import { Progress } from "@/components/ui/progress";
import { formatCount } from "@/lib/format/count";
import type { WorkView } from "@/lib/log/types-of-proof";

/** How far long work is, in figures. `waiting` stands there until it has begun. */
export function WorkProgress({
  label,
  work,
  waiting,
}: Readonly<{ label: string; work: WorkView | null; waiting: string }>) {
  const known = work !== null && work.total !== null && work.total > 0;
  return (
    <div role="group" aria-label={label} className="flex min-h-11 flex-col justify-center gap-1">
      <Progress
        label={work?.note || (work === null ? waiting : label)}
        value={known ? work.done : 0}
        max={known ? (work.total ?? 1) : 1}
        text={known ? `${formatCount(work.done)} of ${formatCount(work.total ?? 0)}` : " "}
      />
    </div>
  );
}
