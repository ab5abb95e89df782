import { isAppError } from "@/lib/errors/app-error";
import { applyCrlChanges } from "@/lib/pki/crl-changes";
import { readCrlSteps, type Crl } from "@/lib/pki/crl-reader";
import { sha256Steps } from "@/lib/pki/digest-steps";
import type { IssuerFacts } from "@/lib/pki/types";
import { readSignedCrlHead } from "@/lib/pki/verify-crl";
import type { Database, Deps } from "@/lib/runtime/deps";
import { inSlices } from "@/lib/runtime/in-slices";
import { readAuthorityIndex } from "./authority-index";
import {
  findCrlBytes,
  findHaltedChanges,
  findIssuerIdsOf,
  findStoredCrls,
  type StoredCrl,
} from "./status-repository";
import { hasStatusChangeSince } from "./status-change-repository";
import type { ServedCrl } from "./types";

/**
 * The latest CRL of every authority and shard, or of one authority. Its number and times are those
 * in its bytes, whose signature is verified: a row that says otherwise is passed over, so that it
 * neither hides the latest CRL nor delays the next one. What has no higher number than `held` is not
 * read again.
 */
export async function listServedCrls(
  deps: Pick<Deps, "db">,
  authorityId: string | null,
  held: (authorityId: string, shard: string) => bigint | null = () => null,
): Promise<readonly ServedCrl[]> {
  const { all } = await readAuthorityIndex(deps);
  const issuers = new Map(all.map(({ id, issuer }) => [id, issuer]));
  const found = new Map<string, ServedCrl>();
  for (const stored of await findStoredCrls(deps.db, authorityId)) {
    const key = `${stored.authorityId}/${stored.shard}`;
    const issuer = issuers.get(stored.authorityId);
    const known = held(stored.authorityId, stored.shard);
    if (issuer === undefined || found.has(key) || (known !== null && stored.number <= known))
      continue;
    const crl = await readServedCrl(deps, stored, issuer);
    if (crl !== null) found.set(key, crl);
  }
  return [...found.values()];
}

/** The CRLs that this process serves, by database and authority: their bytes needn't be read again. */
const served = new WeakMap<Database, Map<string, ServedCrl>>();

/** Notes that this process serves a whole CRL. */
export function noteServed(db: Database, crl: ServedCrl): void {
  const known = served.get(db) ?? new Map<string, ServedCrl>();
  served.set(db, known);
  known.set(crl.authorityId, crl);
}

/**
 * A whole CRL of that number, read; null if a newer one has replaced it. Rejects with
 * `crl.malformed`.
 */
export async function readWholeCrl(
  db: Database,
  { id, authorityId, number }: Pick<StoredCrl, "id" | "authorityId" | "number">,
): Promise<Crl | null> {
  const known = served.get(db)?.get(authorityId);
  if (known?.number === number) return known.read();
  const stored = await readStored(db, id);
  return stored && inSlices(readCrlSteps(stored.der));
}

/** Number and bytes of a stored CRL; null if they are gone, or its row says what can't be. */
async function readStored(
  db: Database,
  id: string,
): Promise<Readonly<{ number: bigint; der: Uint8Array }> | null> {
  const stored = await findCrlBytes(db, id);
  if (stored === null || stored.baseId === null)
    return stored && { number: stored.number, der: stored.bytes };
  const base = await findCrlBytes(db, stored.baseId);
  if (base === null || base.baseId !== null) return null;
  const der = await inSlices(applyCrlChanges(base.bytes, stored.bytes));
  return der && { number: stored.number, der };
}

/** Reads a CRL when that is first asked for. */
function readOnce(der: Uint8Array): () => Promise<Crl> {
  let reading: Promise<Crl> | null = null;
  return () => (reading ??= inSlices(readCrlSteps(der)));
}

/** Null for bytes that are not a CRL of this issuer with the number of their row. */
async function readServedCrl(
  deps: Pick<Deps, "db">,
  { id, authorityId, shard }: StoredCrl,
  issuer: IssuerFacts,
): Promise<ServedCrl | null> {
  const stored = await readStored(deps.db, id);
  if (stored === null) return null;
  try {
    const { der, number } = stored;
    const { crlNumber, ...head } = await inSlices(readSignedCrlHead(der, issuer));
    if (crlNumber !== number) return null;
    const { thisUpdate, nextUpdate, idpUrl } = head;
    const sha256 = await inSlices(sha256Steps(der));
    const dates = { thisUpdate, nextUpdate, idpUrl };
    return { authorityId, shard, number, ...dates, der, sha256, read: readOnce(der) };
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** The authorities whose CRL changes when these certificates are revoked or released. */
export async function findIssuerIds(
  deps: Pick<Deps, "db">,
  certificateIds: readonly string[],
): Promise<readonly string[]> {
  return findIssuerIdsOf(deps.db, certificateIds);
}

/** Certificates that were revoked or put on hold since the log is halted; none while it is not. */
export async function listHaltedChanges(deps: Pick<Deps, "db">): Promise<readonly string[]> {
  return findHaltedChanges(deps.db);
}

/** Whether the log has a revocation, hold or release that a CRL of this time may not contain. */
export async function mayHaveMissedChanges(
  deps: Pick<Deps, "db">,
  thisUpdate: Date,
): Promise<boolean> {
  // An entry has the time of the change, which is shortly before its commit.
  return hasStatusChangeSince(deps.db, new Date(thisUpdate.getTime() - 10_000));
}
