import { isAppError } from "@/lib/errors/app-error";
import type { Crl } from "@/lib/pki/crl-reader";
import type { Database, Deps } from "@/lib/runtime/deps";
import { findChangeNumbers, findChanges, type StatusChange } from "./status-change-repository";

/** A CRL that is served. */
export type CrlInUse = Readonly<{
  authorityId: string;
  number: bigint;
  thisUpdate: Date;
  /** Null if a newer one has replaced it. Rejects with `crl.malformed`. */
  read: () => Promise<Crl | null>;
}>;

/** A revocation is on the CRL within five seconds; a CRL without it is outdated after eight. */
const outdatedAfterMs = 8_000;
/** Earlier changes are on the CRL: an entry has a time shortly before its commit, by any node's clock. */
const commitWithinMs = 10_000;

/** The last changes that were found on a CRL, of each authority: these aren't read again. */
const seen = new WeakMap<Database, Map<string, string>>();

/**
 * The authorities whose CRL lacks a revocation, hold or release that it should list by now: nobody
 * publishes. What the CRL lists decides, not when it was signed.
 */
export async function findOutdatedCrls(
  { db, clock }: Pick<Deps, "db" | "clock">,
  crls: readonly CrlInUse[],
): Promise<readonly string[]> {
  const now = clock.now();
  const outdated = await Promise.all(
    crls.map(async (crl) => ((await lacksChange(db, crl, now)) ? crl.authorityId : null)),
  );
  return outdated.filter((id) => id !== null);
}

async function lacksChange(db: Database, crl: CrlInUse, now: Date): Promise<boolean> {
  const after = new Date(crl.thisUpdate.getTime() - commitWithinMs);
  const before = new Date(now.getTime() - outdatedAfterMs);
  if (after >= before) return false;
  const numbers = await findChangeNumbers(db, { after, before });
  if (numbers.length === 0) return false;
  const listed = seen.get(db) ?? new Map<string, string>();
  seen.set(db, listed);
  const key = [crl.number, numbers.length, numbers[0], numbers.at(-1)].join();
  if (listed.get(crl.authorityId) === key) return false;
  const changes = await findChanges(db, crl.authorityId, { numbers, now });
  if (changes.length > 0) {
    const lists = await listsAll(crl, changes);
    if (lists === null) return false;
    if (!lists) return true;
  }
  listed.set(crl.authorityId, key);
  return false;
}

/** Null if a newer one has replaced it. Bytes that are no CRL list nothing. */
async function listsAll(
  { read }: CrlInUse,
  changes: readonly StatusChange[],
): Promise<boolean | null> {
  try {
    const crl = await read();
    return (
      crl && changes.every(({ serial, reason }) => (crl.find(serial)?.reason ?? null) === reason)
    );
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
