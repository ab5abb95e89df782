import type { ErrorCode } from "@/lib/errors/codes";
import type { EntryId } from "@/lib/format/ids";
import type { AnyActor } from "@/lib/access/actor";
import type { CompatibleApi } from "@/lib/log/detail-types";
import type { NewEntry } from "@/lib/log/types";
import { recordEntry } from "./record-entry";
import type { Recorder } from "./recorder";
import { type RefusalEntry, summarizeRefusals } from "./refusal-table";

export type RefusedRequest = Readonly<{
  code: ErrorCode;
  method: string;
  path: string;
  status: number;
  reason?: string;
  /**
   * The caller showed a credential that was issued here but no longer counts, such as a revoked
   * token: each of its refusals is an entry.
   */
  isKnownCaller?: boolean;
  /** The compatible API that was asked. */
  via?: CompatibleApi | undefined;
}>;

const deniedCodes = new Set([401, 403, 307]);

/**
 * Records a request that was refused before it became an action, in its own transaction. Throws
 * `record.unavailable` if it cannot. Of callers that are not known here only the first refusals of
 * a minute are entries; the rest is counted (`recordRefusalEntry`).
 */
export async function recordRefusal(
  recorder: Recorder,
  actor: AnyActor,
  refused: RefusedRequest,
): Promise<void> {
  const { code, method, path, status, reason, isKnownCaller = false, via } = refused;
  const entry: RefusalEntry = {
    action: "request.refused",
    outcome: deniedCodes.has(status) ? "denied" : "failure",
    ...(reason === undefined ? {} : { reason }),
    target: null,
    details: { method, path, status, code, ...(via === undefined ? {} : { via }) },
  };
  if (isKnownCaller) await recordEntry(recorder, actor, entry);
  else await recordRefusalEntry(recorder, actor, entry);
}

/** No certificate issued here, no token and no session. */
const isUnknownCaller = ({ kind, credential }: AnyActor): boolean =>
  kind === "anonymous" && (credential?.certificateId ?? null) === null;

/**
 * Records a refusal. Callers with a certificate issued here, a token or a session get an entry for
 * each; of all others the first of a minute and network do, and the rest is counted and written
 * once a minute as `request.refused-many`, so that a stranger cannot fill the log. `entryId` is
 * null for a refusal that was counted. `recordedAs`: an entry that says more, where one is written.
 * Errors: `record.unavailable`, `record.backlog`, as for any entry.
 */
export async function recordRefusalEntry(
  recorder: Recorder,
  actor: AnyActor,
  entry: RefusalEntry,
  recordedAs: NewEntry = entry,
): Promise<Readonly<{ entryId: EntryId | null }>> {
  if (isUnknownCaller(actor) && !recorder.refusals.admit(actor, entry, recorder.clock.now()))
    return { entryId: null };
  return recordEntry(recorder, actor, recordedAs);
}

/**
 * Writes what was counted, one entry for each network and code. `when`: "due" once a minute has
 * passed, "now" when the process ends. What cannot be written is kept for the next time; then it
 * rejects with the reason.
 */
export async function writeCountedRefusals(recorder: Recorder, when: "due" | "now"): Promise<void> {
  const { refusals, clock } = recorder;
  if (when === "due" && !refusals.isDue(clock.now())) return;
  const counts = refusals.take();
  const written = await Promise.allSettled(
    counts.map((count) => {
      const { actor, entry } = summarizeRefusals(count);
      return recordEntry(recorder, actor, entry);
    }),
  );
  const failed = written.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  refusals.putBack(counts.filter((_, index) => written[index]?.status === "rejected"));
  if (failed.length > 0) throw failed[0];
}
