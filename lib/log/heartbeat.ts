import type { Actor } from "@/lib/auth/actor";
import { systemActor } from "@/lib/auth/actor";
import type { Database } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { newId } from "@/lib/ids";
import { recordEntry } from "./record";
import type { Source } from "./source";

type HeartbeatDeps = Pick<Deps, "db" | "clock" | "random" | "source">;

/** Longer than any transaction of ours can stay open on the server after its client has lost it. */
const DOUBT_ENDS_MS = 180_000;
const BUSY_MS = 60_000,
  QUIET_MS = 600_000;

/** Beats for one process. */
export type Heart = Readonly<{
  /** A heartbeat if one is due: a minute after the last if anything was numbered since, else ten minutes. Returns whether it beat. */
  beatWhenDue: () => Promise<boolean>;
  /** The last heartbeat of this run, if it ever numbered anything. */
  end: () => Promise<void>;
}>;

/**
 * The heart of a process that numbers its entries. A process that is killed ends without a last beat: what it numbered after the one before
 * is then neither settled nor missed.
 */
export function makeHeart(deps: HeartbeatDeps): Heart {
  let lastAt = deps.clock.now().getTime(),
    lastNumber = 0;
  const beat = async (source: Source, ended: boolean): Promise<void> => {
    // The voided numbers of a bad hour may need more than one beat.
    for (let more = true; more;) {
      await settleDoubts(deps, source);
      const report = source.report();
      more = report.more;
      const { settled, voided } = report;
      await recordEntry(deps, actorOf(deps), {
        action: "source.heartbeat",
        outcome: "success",
        target: { kind: "source", id: source.id, label: source.id },
        details: { source: source.id, boot: source.boot, settled, voided, ended: ended && !more },
      });
      source.confirm(report);
    }
    lastAt = deps.clock.now().getTime();
    lastNumber = source.last();
  };
  return {
    beatWhenDue: async () => {
      const { source } = deps;
      if (!source) return false;
      const since = deps.clock.now().getTime() - lastAt,
        isBusy = source.last() > lastNumber;
      if (since < (isBusy ? BUSY_MS : QUIET_MS)) return false;
      await beat(source, false);
      return true;
    },
    end: async () => {
      if (deps.source && deps.source.last() > 0) await beat(deps.source, true);
    },
  };
}

const actorOf = ({ clock, random }: HeartbeatDeps): Actor =>
  systemActor("heartbeat", newId("req", clock.now(), random.bytes));

/** Looks up what became of entries whose commit was cut off. What is not there after minutes never will be. */
async function settleDoubts({ db, clock }: HeartbeatDeps, source: Source): Promise<void> {
  const doubts = source.doubts();
  if (doubts.length === 0) return;
  const found = await findThose(
    db,
    doubts.map(({ entryId }) => entryId),
  );
  const over = clock.now().getTime() - DOUBT_ENDS_MS;
  source.settle(doubts.filter(({ entryId }) => found.has(entryId)).map(({ seq }) => seq));
  source.void(
    doubts
      .filter(({ entryId, since }) => !found.has(entryId) && since <= over)
      .map(({ seq }) => seq),
  );
}

async function findThose({ pool }: Database, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ entry_id: string }>({
    name: "log-doubts",
    text: "select entry_id from tlog.find_entries($1)",
    values: [ids],
  });
  return new Set(rows.map(({ entry_id }) => entry_id));
}
