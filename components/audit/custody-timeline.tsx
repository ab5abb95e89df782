import { Waypoints } from "lucide-react";
import { EmptyState } from "@/components/ui/empty-state";
import { UseSentence, UseSpan } from "@/components/custody/use-sentence";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import { plural } from "@/lib/format/count";
import type { UseView } from "@/lib/custody/types";
import type { EntrySummary } from "@/lib/log/schema";
import { CustodyProofs, StepSeal } from "./custody-proofs";
import { isRead, isReported, OutcomeBadge, toneOfEntry } from "./entry-look";
import { mergeCustody, type CustodyStep } from "./merge-custody";

type Props = Readonly<{
  entries: readonly EntrySummary[];
  /** Where and for what it was used; all uses from one network are one step. */
  uses?: readonly UseView[] | undefined;
  /** The reader may open the entries themselves, and verify them. */
  linked: boolean;
  /** The size of the newest checkpoint: entries below it are sealed. Null if there is none; absent if the reader may not know. */
  checkpointSize?: number | null | undefined;
}>;

const readsShown = 5;

/** The recorded life of one thing, the latest first: acts by themselves, uses by where they came from. Of the reads only the latest stand here; the rest is counted. */
export function CustodyTimeline({ entries, uses = [], linked, checkpointSize }: Props) {
  if (entries.length === 0 && uses.length === 0)
    return (
      <EmptyState title="Nothing on the record yet">
        The first entry appears here within a second.
      </EmptyState>
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
        label="Custody"
        items={steps.map((step) => itemOf(step, linked, sealed ? checkpointSize : undefined))}
      />
      {left > 0 && (
        <p className="pt-3 text-xs text-muted">
          {plural(left, "earlier read")} not shown here; the audit log has{" "}
          {left === 1 ? "it" : "them"}.
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
            · <StepSeal seq={entry.seq} checkpointSize={checkpointSize} />
          </>
        )}
      </>
    ),
  };
}
