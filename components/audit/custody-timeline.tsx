import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { Timeline } from "@/components/ui/timeline";
import { plural } from "@/lib/format/count";
import type { EntrySummary } from "@/lib/log/schema";
import { CustodyProofs, StepSeal } from "./custody-proofs";
import { isRead, toneOfEntry } from "./entry-look";

type Props = Readonly<{
  entries: readonly EntrySummary[];
  /** The reader may open the entries themselves, and verify them. */
  linked: boolean;
  /** The size of the newest checkpoint: entries below it are sealed. Null if there is none; absent if the reader may not know. */
  checkpointSize?: number | null | undefined;
}>;

const readsShown = 5;

/** The recorded life of one thing, the latest first. Of the reads only the latest stand here; the rest is counted. */
export function CustodyTimeline({ entries, linked, checkpointSize }: Props) {
  if (entries.length === 0) return <EmptyState title="Nothing on the record yet">The first entry appears here within a second.</EmptyState>;
  const latest = entries.toReversed();
  const keptReads = new Set(latest.filter(isRead).slice(0, readsShown).map(({ id }) => id));
  const shown = latest.filter((entry) => !isRead(entry) || keptReads.has(entry.id));
  const left = entries.length - shown.length;
  const sealed = linked && checkpointSize !== undefined;
  const timeline = (
    <>
      <Timeline label="Custody" items={shown.map((entry) => ({
        id: entry.id, tone: toneOfEntry(entry), title: entry.sentence, at: <Time at={entry.ts} />,
        children: <>{linked ? <Link href={`/audit/${entry.seq}`}>Entry {entry.seq}</Link> : `Entry ${entry.seq}`}{entry.origin.ip && ` · from ${entry.origin.ip}`}{sealed && <> · <StepSeal seq={entry.seq} checkpointSize={checkpointSize} /></>}</>,
      }))} />
      {left > 0 && <p className="pt-3 text-xs text-muted">{plural(left, "earlier read")} not shown here; the audit log has {left === 1 ? "it" : "them"}.</p>}
    </>
  );
  return sealed ? <CustodyProofs seqs={shown.map(({ seq }) => seq)}>{timeline}</CustodyProofs> : timeline;
}
