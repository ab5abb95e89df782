import { Waypoints } from "lucide-react";
import { EmptyState } from "@/components/ui/empty-state";
import { UseSentence, UseSpan } from "./use-sentence";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import { plural } from "@/lib/format/count";
import type { UseView } from "@/lib/custody/types";
import type { EntrySummary } from "@/lib/log/schema";
import { CustodyProofs, StepProof } from "./custody-proofs";
import { isRead, isReported, OutcomeBadge, toneOfEntry } from "@/components/shared/entry-outcome";
import { mergeCustody, type CustodyStep } from "./merge-custody";

type Props = Readonly<{
  entries: readonly EntrySummary[];
  /** Where and for what it was used. All uses from one network are one step. */
  uses?: readonly UseView[] | undefined;
  /** The user may open and verify the entries. */
  linked: boolean;
  /**
   * The size of the latest checkpoint, which covers the entries below it. Null if there is none;
   * absent if the user may not read it.
   */
  checkpointSize?: number | null | undefined;
}>;

const readsShown = 5;

/**
 * The recorded history of one object, the latest first: entries one by one, uses grouped by
 * network. Only the latest reads are shown; the rest is counted.
 */
export function CustodyTimeline({ entries, uses = [], linked, checkpointSize }: Props) {
  if (entries.length === 0 && uses.length === 0)
    return (
      <EmptyState title="No entries yet">The first entry appears here within a second.</EmptyState>
    );
  const keptReads = new Set(
    entries
      .toReversed()
      .filter(isRead)
      .slice(0, readsShown)
      .map(({ id }) => id),
  );
  const kept = entries.filter((entry) => !isRead(entry) || keptReads.has(entry.id)),
    left = entries.length - kept.length;
  const steps = mergeCustody(kept, uses),
    sealed = linked && checkpointSize !== undefined;
  const timeline = (
    <>
      <Timeline
        label="Chain of custody"
        items={steps.map((step) => itemOf(step, linked, sealed ? checkpointSize : undefined))}
      />
      {left > 0 && (
        <p className="pt-3 text-xs text-muted">
          {plural(left, "earlier read")} {left === 1 ? "isn’t" : "aren’t"} shown here. See the audit
          log.
        </p>
      )}
    </>
  );
  return sealed ? (
    <CustodyProofs seqs={steps.flatMap(({ entry }) => (entry === null ? [] : [entry.seq]))}>
      {timeline}
    </CustodyProofs>
  ) : (
    timeline
  );
}

function itemOf(
  { entry, origin }: CustodyStep,
  linked: boolean,
  checkpointSize: number | null | undefined,
): TimelineItem {
  if (entry === null) {
    const allRefused = origin.refused === origin.count;
    return {
      id: `uses ${origin.network}`,
      tone: allRefused ? "denied" : "accent",
      icon: <Waypoints aria-hidden />,
      title: <UseSentence origin={origin} />,
      at: <Time at={origin.lastAt} />,
      children: <UseSpan origin={origin} linked={linked} />,
    };
  }
  return {
    id: entry.id,
    tone: toneOfEntry(entry),
    title: isReported(entry) ? (
      <>
        {entry.sentence} <OutcomeBadge {...entry} />
      </>
    ) : (
      entry.sentence
    ),
    at: <Time at={entry.ts} />,
    children: (
      <>
        {linked ? (
          <Link href={`/audit/${entry.seq}`}>Entry {entry.seq}</Link>
        ) : (
          `Entry ${entry.seq}`
        )}
        {entry.origin.ip && ` · from ${entry.origin.ip}`}
        {checkpointSize !== undefined && (
          <>
            {" "}
            · <StepProof seq={entry.seq} checkpointSize={checkpointSize} />
          </>
        )}
      </>
    ),
  };
}
