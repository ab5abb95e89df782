import { CircleCheck, LoaderCircle } from "lucide-react";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { WatchState } from "@/lib/alerts/schema";

/** What arrives while a page is made, its own entry among them, is no delay. */
const FEW = 100;

/** How far the rules have read the log: an empty list of alerts means something only up to there. */
export function WatchLine({
  state: { upto, size, at },
  word = "The rules have read",
}: Readonly<{ state: WatchState; word?: string | undefined }>) {
  const behind = Math.max(0, size - upto);
  const late = behind > FEW;
  return (
    <p className="flex items-start gap-1.5 text-xs text-muted">
      {!late ? (
        <CircleCheck aria-hidden className="mt-0.5 size-3.5 shrink-0 text-valid" />
      ) : (
        <LoaderCircle aria-hidden className="mt-0.5 size-3.5 shrink-0 text-expiring" />
      )}
      <span>
        {behind === 0
          ? `${word} all ${plural(size, "entry", "entries")}`
          : `${word} ${formatCount(upto)} of ${formatCount(size)} entries${late ? `; ${formatCount(behind)} to go` : ""}`}
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
