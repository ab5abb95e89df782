import type { Actor } from "@/lib/access/actor";
import { systemActor } from "@/lib/access/actor";
import type { Database } from "@/lib/db/database";
import { newId } from "@/lib/format/ids";
import { recordEntry } from "./record-entry";
import type { Recorder } from "./recorder";

/** Longer than a transaction can stay open on the server after its client lost the connection. */
const uncertainTimeoutMs = 180_000;
const busyIntervalMs = 60_000;
const idleIntervalMs = 600_000;

/** Sends the heartbeats of one process. */
export type Heartbeat = Readonly<{
  /**
   * Sends a heartbeat if one is due: a minute after the last one if entries were numbered since,
   * else after ten minutes. Returns whether it sent one.
   */
  sendIfDue: () => Promise<boolean>;
  /** Sends the last heartbeat of this run, if it has numbered any entry. */
  sendLast: () => Promise<void>;
}>;

/**
 * The heartbeat of a process that numbers its entries. A process that is killed sends no last one:
 * entries after its previous heartbeat are then neither confirmed nor detected as missing.
 */
export function makeHeartbeat(recorder: Recorder): Heartbeat {
  const { source } = recorder;
  let lastAt = recorder.clock.now().getTime();
  let lastNumber = 0;
  const send = async (ended: boolean): Promise<void> => {
    // Very many voided numbers may need more than one heartbeat.
    for (let more = true; more;) {
      await resolveUncertain(recorder);
      const report = source.report();
      more = report.more;
      const { settled, voided } = report;
      await recordEntry(recorder, heartbeatActor(recorder), {
        action: "source.heartbeat",
        outcome: "success",
        target: { kind: "source", id: source.id, label: source.id },
        details: { source: source.id, boot: source.boot, settled, voided, ended: ended && !more },
      });
      source.acknowledge(report);
    }
    lastAt = recorder.clock.now().getTime();
    lastNumber = source.lastNumber();
  };
  return {
    sendIfDue: async () => {
      const since = recorder.clock.now().getTime() - lastAt;
      const isBusy = source.lastNumber() > lastNumber;
      if (since < (isBusy ? busyIntervalMs : idleIntervalMs)) return false;
      await send(false);
      return true;
    },
    sendLast: async () => {
      if (source.lastNumber() > 0) await send(true);
    },
  };
}

const heartbeatActor = ({ clock, random }: Recorder): Actor =>
  systemActor("heartbeat", newId("req", clock.now(), random.bytes));

/**
 * Looks up entries whose commit is uncertain. An entry that is not there after minutes was not
 * committed.
 */
async function resolveUncertain({ db, clock, source }: Recorder): Promise<void> {
  const numbers = source.listUncertain();
  if (numbers.length === 0) return;
  const committed = await findEntryIds(
    db,
    numbers.map(({ entryId }) => entryId),
  );
  const expiredBefore = clock.now().getTime() - uncertainTimeoutMs;
  source.markCommitted(
    numbers.filter(({ entryId }) => committed.has(entryId)).map(({ seq }) => seq),
  );
  source.markVoided(
    numbers
      .filter(({ entryId, since }) => !committed.has(entryId) && since <= expiredBefore)
      .map(({ seq }) => seq),
  );
}

async function findEntryIds({ pool }: Database, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ entry_id: string }>({
    name: "log-doubts",
    text: "select entry_id from tlog.find_entries($1)",
    values: [ids],
  });
  return new Set(rows.map(({ entry_id }) => entry_id));
}
