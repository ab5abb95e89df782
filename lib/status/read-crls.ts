import { isAppError } from "@/lib/errors/app-error";
import { readSignedCrlHead } from "@/lib/pki/crl-reader";
import type { IssuerFacts } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
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
  const served = new Map<string, ServedCrl>();
  for (const stored of await findStoredCrls(deps.db, authorityId)) {
    const key = `${stored.authorityId}/${stored.shard}`;
    const issuer = issuers.get(stored.authorityId);
    const known = held(stored.authorityId, stored.shard);
    if (issuer === undefined || served.has(key) || (known !== null && stored.number <= known))
      continue;
    const crl = await readServedCrl(deps, stored, issuer);
    if (crl !== null) served.set(key, crl);
  }
  return [...served.values()];
}

/** The bytes of a stored CRL; null if a newer one has replaced it. */
export const readCrlBytes = async (
  { db }: Pick<Deps, "db">,
  id: string,
): Promise<Uint8Array | null> => (await findCrlBytes(db, id))?.der ?? null;

/** Null for bytes that are not a CRL of this issuer with the number of their row. */
async function readServedCrl(
  deps: Pick<Deps, "db">,
  { id, authorityId, shard }: StoredCrl,
  issuer: IssuerFacts,
): Promise<ServedCrl | null> {
  const stored = await findCrlBytes(deps.db, id);
  if (stored === null) return null;
  try {
    const { crlNumber, ...head } = readSignedCrlHead(stored.der, issuer);
    if (crlNumber !== stored.number) return null;
    const { thisUpdate, nextUpdate, idpUrl } = head;
    const { der } = stored;
    return { authorityId, shard, number: crlNumber, thisUpdate, nextUpdate, idpUrl, der };
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
