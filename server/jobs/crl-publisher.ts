import { publishCrl, type PublishedCrl } from "@/lib/authorities/publish-crl";
import { wholeCrl } from "@/lib/authorities/schema";
import { revokeRemembered } from "@/lib/certificates/revoke-remembered";
import type { Deps } from "@/lib/runtime/deps";
import { type Logger, errorText } from "@/lib/runtime/logger";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { findIssuerIds, mayHaveMissedChanges } from "@/lib/status/read-crls";
import type { ServedCrl } from "@/lib/status/types";
import type { CrlStore } from "@/server/status/crl-store";
import { makeCrlPace } from "./crl-pace";
import { type Job, startJob } from "./job";

export type CrlPublisher = Readonly<{
  /** Certificates were revoked, put on hold or released. */
  changed: (certificateIds: readonly string[]) => void;
  /** Whether this node is the leader, which publishes. */
  lead: (leading: boolean) => void;
  job: Job;
}>;

const checkEveryMs = 5_000;
/**
 * Creating an authority publishes its first CRL. This job does so only if there still is none after
 * this time.
 */
const firstCrlGraceMs = 3_000;

type PublisherState = Readonly<{
  deps: Deps;
  index: () => AuthorityIndex;
  store: CrlStore;
  log: Logger;
  missingSince: Map<string, number>;
}>;

/**
 * Publishes a CRL after every status change, and halfway through its lifetime, so that the other
 * half is left to fix a failure.
 */
export function startCrlPublisher(
  deps: Deps,
  index: () => AuthorityIndex,
  store: CrlStore,
  log: Logger,
): CrlPublisher {
  const state: PublisherState = { deps, index, store, log, missingSince: new Map() },
    changed = new Set<string>(),
    due = new Set<string>();
  let leading = false,
    checkedOnce = false;
  const pace = makeCrlPace();
  const work = async (): Promise<number> => {
    if (!leading) return checkEveryMs;
    await collectChangedIssuers(state, changed, due);
    const isWaiting = await findDueCrls(state, !checkedOnce, due);
    checkedOnce = true;
    if (due.size > 0) {
      pace.began(performance.now());
      await publishDue(state, due).finally(() => {
        pace.ended(performance.now());
      });
    }
    return isWaiting ? firstCrlGraceMs : checkEveryMs;
  };
  const job = startJob({ name: "CRL", log, work, maxRetryMs: 5_000 });
  return {
    changed: (ids) => {
      if (!leading) return;
      for (const id of ids) changed.add(id);
      job.trigger(pace.changed(ids.length, performance.now()));
    },
    lead: (isLeader) => {
      leading = isLeader;
      checkedOnce = false;
      if (!isLeader) changed.clear();
      job.trigger();
    },
    job,
  };
}

async function collectChangedIssuers(
  { deps }: PublisherState,
  changed: Set<string>,
  due: Set<string>,
): Promise<void> {
  const ids = [...changed];
  if (ids.length === 0) return;
  changed.clear();
  try {
    for (const id of await findIssuerIds(deps, ids)) due.add(id);
  } catch (error) {
    for (const id of ids) changed.add(id);
    throw error;
  }
}

/** Adds authorities to `due`; true if one has no CRL yet but is still within the grace period. */
async function findDueCrls(
  { deps, index, store, missingSince }: PublisherState,
  first: boolean,
  due: Set<string>,
): Promise<boolean> {
  const now = deps.clock.now().getTime();
  let waiting = false;
  for (const { id } of index().all) {
    const crl = store.newest().find((one) => one.authorityId === id && one.shard === wholeCrl);
    if (crl === undefined) {
      const since = missingSince.get(id) ?? now;
      missingSince.set(id, since);
      if (now - since >= firstCrlGraceMs) due.add(id);
      else waiting = true;
    } else if (isDue(crl, now)) due.add(id);
    // The previous leader may have died between a revocation and its CRL.
    else if (first && (await mayHaveMissedChanges(deps, crl.thisUpdate))) due.add(id);
    // After a restore the signer has signed later CRLs than the database holds.
    else if (first && (await isBehindSigner(deps, crl))) due.add(id);
  }
  return waiting;
}

/**
 * Whether half of its lifetime is over, it is not valid yet because the clock went back, or it is
 * from a version that wrote an issuingDistributionPoint into complete CRLs.
 */
function isDue({ thisUpdate, nextUpdate, idpUrl }: ServedCrl, now: number): boolean {
  const halfway = (thisUpdate.getTime() + nextUpdate.getTime()) / 2;
  return now >= halfway || thisUpdate.getTime() > now || idpUrl !== null;
}

/** If the signer can't tell, the next CRL reports why. */
async function isBehindSigner(
  { signer }: Deps,
  { authorityId, number }: ServedCrl,
): Promise<boolean> {
  const last = await signer.lastCrlNumber(authorityId).catch(() => null);
  return last !== null && last > number;
}

/** Revokes in the database again what only the signer remembers; the next CRL follows from that. */
async function restoreRevocations(
  { deps, log }: PublisherState,
  authorityId: string,
  { remembered }: PublishedCrl,
): Promise<void> {
  if (remembered.length === 0) return;
  const { restored, unknown } = await revokeRemembered(deps, authorityId, remembered);
  log.warn(
    `CRL: the database had lost ${remembered.length} revocations that the signer remembers; ${restored} were made again, ${unknown} are of certificates that the database no longer has`,
  );
}

/** One that reads all its rows takes long: the next ones don't wait for it. */
const publishedAtOnce = 3;

async function publishDue(state: PublisherState, due: Set<string>): Promise<void> {
  const ids = [...due],
    failed: unknown[] = [];
  // Cleared first: a change while a CRL is being made requires another one.
  due.clear();
  const publishNext = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      try {
        await publishOne(state, id);
      } catch (error) {
        due.add(id);
        failed.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: publishedAtOnce }, publishNext));
  if (failed.length > 0)
    throw new Error(`a CRL could not be published: ${errorText(failed[0])}`, { cause: failed[0] });
}

async function publishOne(state: PublisherState, authorityId: string): Promise<void> {
  const { deps, store } = state;
  const published = await publishCrl(deps, authorityId);
  const { number, thisUpdate, nextUpdate, der, sha256, read } = published;
  const served = { number, thisUpdate, nextUpdate, der, sha256, read, idpUrl: null };
  store.accept({ authorityId, shard: wholeCrl, ...served });
  await restoreRevocations(state, authorityId, published);
}
