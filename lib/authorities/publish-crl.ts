import { systemActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { formatIso } from "@/lib/format/time";
import { hourMs } from "@/lib/format/time-units";
import { encodeEntry } from "@/lib/log/entry";
import { assertInboxHasRoom } from "@/lib/log/record/back-pressure";
import { makeNumberedEntry, trackCommit } from "@/lib/log/record/entry-numbers";
import { highestAdoptedCrlNumber } from "@/lib/pki/crl";
import { crlChanges } from "@/lib/pki/crl-changes";
import type { Crl } from "@/lib/pki/crl-reader";
import { sha256Steps } from "@/lib/pki/digest-steps";
import type { RevokedEntry } from "@/lib/pki/types";
import { verifyCrl } from "@/lib/pki/verify-crl";
import type { Database, Deps } from "@/lib/runtime/deps";
import { inSlices } from "@/lib/runtime/in-slices";
import {
  findLastCrlNumber,
  insertCrl,
  withCrlLock,
  type CrlChanges,
  type CrlRow,
} from "./crl-repository";
import { findIssuer, type Issuer } from "./find-issuer";
import { wholeCrl } from "./schema";

type CrlDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "signer">;
export type PublishedCrl = Pick<
  CrlRow,
  "id" | "number" | "thisUpdate" | "nextUpdate" | "entryCount" | "der"
> &
  Readonly<{
    sha256: Uint8Array;
    /** What it lists. */
    read: () => Promise<Crl>;
    /** What it states and only the signer remembers: the database has lost it. */
    remembered: readonly RevokedEntry[];
  }>;

/** The CRL that is being issued for an authority, and the one that was requested meanwhile. */
type PublishQueue = { running: Promise<PublishedCrl>; next: Promise<PublishedCrl> | null };
const queuesByDatabase = new WeakMap<object, Map<string, PublishQueue>>();

/**
 * Has the signer issue the next CRL of an authority, verifies it, and stores it with its entry: one at a time per
 * authority, across all nodes. Calls that arrive while one is being issued share the next, which
 * contains every revocation committed before they were made. If it fails, the previous CRL stays in
 * place. Errors: `authority.not-active`, `crl.unverified`, `record.unavailable`, those of the signer.
 */
export async function publishCrl(deps: CrlDeps, authorityId: string): Promise<PublishedCrl> {
  const queues = queuesByDatabase.get(deps.db) ?? new Map<string, PublishQueue>();
  queuesByDatabase.set(deps.db, queues);
  const queue = queues.get(authorityId);
  const publish = async (): Promise<PublishedCrl> => {
    const issuer = await findIssuer(deps, authorityId);
    if (!issuer || issuer.status === "pending")
      throw new AppError("authority.not-active", "This CA is not active, so it has no CRL.");
    return withCrlLock(deps.db, authorityId, () => issueCrl(deps, issuer));
  };
  if (!queue) return start(queues, authorityId, publish);
  queue.next ??= queue.running.catch(() => null).then(() => start(queues, authorityId, publish));
  return queue.next;
}

function start(
  queues: Map<string, PublishQueue>,
  authorityId: string,
  publish: () => Promise<PublishedCrl>,
): Promise<PublishedCrl> {
  const queue: PublishQueue = { running: publish(), next: null };
  queues.set(authorityId, queue);
  const finish = (): void => {
    if (queues.get(authorityId) === queue && !queue.next) queues.delete(authorityId);
  };
  queue.running.then(finish, finish);
  return queue.running;
}

async function issueCrl(deps: CrlDeps, issuer: Issuer): Promise<PublishedCrl> {
  const now = deps.clock.now();
  const previousNumber = await findLastCrlNumber(
    deps.db,
    issuer.id,
    wholeCrl,
    highestAdoptedCrlNumber(now),
  );
  const { der, remembered } = await deps.signer.signCrl({
    authorityId: issuer.id,
    shard: wholeCrl,
  });
  const crl = await inSlices(verifyCrl(der, issuer.facts, { previousNumber, idpUrl: null }));
  const sha256 = await inSlices(sha256Steps(der));
  const row: CrlRow = {
    id: newId("crl", now, deps.random.bytes),
    authorityId: issuer.id,
    shard: wholeCrl,
    number: crl.crlNumber,
    thisUpdate: crl.thisUpdate,
    nextUpdate: crl.nextUpdate,
    entryCount: crl.count,
    der,
    createdAt: now,
  };
  await storeCrl(deps, issuer, row, { crl, sha256 });
  return { ...row, sha256, read: async () => crl, remembered };
}

type Base = Readonly<{ crl: Crl; storedAt: number }>;
/** The CRLs that this process stored whole, by database and authority: the next ones change them. */
const bases = new WeakMap<Database, Map<string, Base>>();
/** If the bytes of a base are damaged in the database, no other node can read what is made of them. */
const baseLifetimeMs = hourMs;
/** A smaller one is stored whole. */
const smallCrl = 256 * 1024;

/** What a CRL changes of the last one that was stored whole; null if it is to be stored whole, too. */
async function changesOf(
  db: Database,
  { authorityId, createdAt }: CrlRow,
  crl: Crl,
): Promise<CrlChanges | null> {
  const base = bases.get(db)?.get(authorityId);
  if (base === undefined || crl.der.length < smallCrl) return null;
  const age = createdAt.getTime() - base.storedAt;
  if (age < 0 || age >= baseLifetimeMs || crl.crlNumber <= base.crl.crlNumber) return null;
  const bytes = await inSlices(crlChanges(base.crl, crl));
  return bytes && { baseNumber: base.crl.crlNumber, bytes };
}

function noteBase(db: Database, { authorityId, createdAt }: CrlRow, crl: Crl | null): void {
  const known = bases.get(db) ?? new Map<string, Base>();
  bases.set(db, known);
  if (crl !== null && crl.der.length >= smallCrl)
    known.set(authorityId, { crl, storedAt: createdAt.getTime() });
  else known.delete(authorityId);
}

async function storeCrl(
  deps: CrlDeps,
  issuer: Issuer,
  row: CrlRow,
  { crl, sha256 }: Readonly<{ crl: Crl; sha256: Uint8Array }>,
): Promise<void> {
  const { db } = deps.recorder;
  const changes = await changesOf(db, row, crl);
  if (changes !== null && (await storeWithEntry(deps, issuer, row, sha256, changes))) return;
  // Until it is stored, nothing is known to have its bytes.
  noteBase(db, row, null);
  await storeWithEntry(deps, issuer, row, sha256, null);
  noteBase(db, row, crl);
}

/** False if the base of the changes has let go of its bytes. */
async function storeWithEntry(
  { recorder, random }: CrlDeps,
  issuer: Issuer,
  row: CrlRow,
  sha256: Uint8Array,
  changes: CrlChanges | null,
): Promise<boolean> {
  const actor = systemActor("crl", newId("req", row.createdAt, random.bytes));
  assertInboxHasRoom(recorder.db, actor);
  const entry = makeNumberedEntry(
    recorder,
    actor,
    {
      action: "crl.issued",
      outcome: "success",
      target: { kind: "crl", id: row.id, label: issuer.slug },
      details: {
        authorityId: issuer.id,
        shard: wholeCrl,
        number: String(row.number),
        entryCount: row.entryCount,
        thisUpdate: formatIso(row.thisUpdate),
        nextUpdate: formatIso(row.nextUpdate),
        sha256: Buffer.from(sha256).toString("hex"),
      },
    },
    recorder.clock.now(),
  );
  const encoded = { id: entry.id, bytes: encodeEntry(entry) };
  const isStored = await trackCommit(recorder, [entry], () =>
    insertCrl(recorder.db, row, encoded, changes),
  );
  if (isStored) recorder.scope?.committed.push(entry.id);
  return isStored;
}
