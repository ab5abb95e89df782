import { CircleCheck, LoaderCircle } from "lucide-react";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { WatchState } from "@/lib/alerts/schema";

/** Entries that arrive while a page is rendered, including its own read, are no delay. */
const acceptableDelay = 100;

/**
 * How far the rules have evaluated the log: an empty list of alerts is meaningful only up to there.
 */
export function EvaluationProgress({
  state: { upto, size, at },
  prefix = "Rules have evaluated",
}: Readonly<{ state: WatchState; prefix?: string | undefined }>) {
  const behind = Math.max(0, size - upto);
  const late = behind > acceptableDelay;
  return (
    <p className="flex items-start gap-1.5 text-xs text-muted">
      {!late ? (
        <CircleCheck aria-hidden className="mt-0.5 size-3.5 shrink-0 text-valid" />
      ) : (
        <LoaderCircle aria-hidden className="mt-0.5 size-3.5 shrink-0 text-expiring" />
      )}
      <span>
        {behind === 0
          ? `${prefix} all ${plural(size, "entry", "entries")}`
          : `${prefix} ${formatCount(upto)} of ${formatCount(size)} entries${late ? `; ${formatCount(behind)} remaining` : ""}`}
        {at !== null && (
          <>
            , the last <Time at={at} />
          </>
        )}
        .
      </span>
    </p>
  );
}
