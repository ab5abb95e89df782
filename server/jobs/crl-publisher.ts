import { publishCrl } from "@/lib/authorities/publish-crl";
import { wholeCrl } from "@/lib/authorities/schema";
import type { Deps } from "@/lib/deps";
import { issuersOf, mayHaveMissedChanges } from "@/lib/status/load-crls";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";
import type { CrlStore } from "@/server/status/crl-store";

export type CrlPublisher = Readonly<{
  /** A certificate was revoked, held or released. */
  changed: (certificateIds: readonly string[]) => void;
  /** This node is the one that publishes from now on (or no longer). */
  lead: (leading: boolean) => void;
  job: Job;
}>;

/** Revocations that come together share one CRL. */
const gatherMs = 300;
const lookEveryMs = 30_000;
/** Whoever makes an authority publishes its first CRL too; only what is still bare after this is ours to do. */
const firstCrlMs = 3_000;

type Place = Readonly<{
  deps: Deps;
  index: () => AuthorityIndex;
  store: CrlStore;
  bareSince: Map<string, number>;
}>;

/** Publishes on every change of status, and at half of a CRL's life, so that a failure has the other half to be mended in. */
export function startCrlPublisher(
  deps: Deps,
  index: () => AuthorityIndex,
  store: CrlStore,
  log: DoorLog,
): CrlPublisher {
  const place: Place = { deps, index, store, bareSince: new Map() },
    changed = new Set<string>(),
    due = new Set<string>();
  let leading = false,
    begun = false;
  const work = async (): Promise<number> => {
    if (!leading) return lookEveryMs;
    await takeChanged(place, changed, due);
    const bare = await findRunningOut(place, !begun, due);
    begun = true;
    await publishDue(place, due);
    return bare ? firstCrlMs : lookEveryMs;
  };
  const job = startJob({ name: "CRL", log, work, maxRetryMs: 5_000 });
  return {
    changed: (ids) => {
      if (!leading) return;
      for (const id of ids) changed.add(id);
      job.nudge(gatherMs);
    },
    lead: (now) => {
      leading = now;
      begun = false;
      if (!now) changed.clear();
      job.nudge();
    },
    job,
  };
}

async function takeChanged({ deps }: Place, changed: Set<string>, due: Set<string>): Promise<void> {
  const ids = [...changed];
  if (ids.length === 0) return;
  changed.clear();
  try {
    for (const id of await issuersOf(deps, ids)) due.add(id);
  } catch (error) {
    for (const id of ids) changed.add(id);
    throw error;
  }
}

/** Adds what is due to `due`; true if an authority has no CRL and is given a moment. */
async function findRunningOut(
  { deps, index, store, bareSince }: Place,
  first: boolean,
  due: Set<string>,
): Promise<boolean> {
  const now = deps.clock.now().getTime();
  let waiting = false;
  for (const { id } of index().all) {
    const crl = store.newest().find((one) => one.authorityId === id && one.shard === wholeCrl);
    if (crl === undefined) {
      const since = bareSince.get(id) ?? now;
      bareSince.set(id, since);
      if (now - since >= firstCrlMs) due.add(id);
      else waiting = true;
    } else if (now >= (crl.thisUpdate.getTime() + crl.nextUpdate.getTime()) / 2) due.add(id);
    // Whoever led before may have died between a revocation and its CRL.
    else if (first && (await mayHaveMissedChanges(deps, crl.thisUpdate))) due.add(id);
  }
  return waiting;
}

async function publishDue({ deps, store }: Place, due: Set<string>): Promise<void> {
  const ids = [...due],
    failed: unknown[] = [];
  // Taken off first: what changes while a CRL is made asks for another.
  due.clear();
  for (const id of ids) {
    try {
      await publishCrl(deps, id);
      await store.reload(id);
    } catch (error) {
      due.add(id);
      failed.push(error);
    }
  }
  if (failed.length > 0)
    throw new Error(`a CRL could not be published: ${reasonOf(failed[0])}`, { cause: failed[0] });
}
