import { createHash } from "node:crypto";
import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { verifyCrl } from "@/lib/pki/crl";
import { authorityUrls } from "./authority-urls";
import { findLastCrlNumber, insertCrl, letGoOfOldBytes, withLock } from "./crl-repository";
import { loadIssuer } from "./load-issuer";
import type { Issuer } from "./load-issuer";
import { wholeCrl } from "./schema";

type CrlDeps = Pick<Deps, "db" | "clock" | "random" | "signer" | "publicUrl">;
export type PublishedCrl = Readonly<{
  id: string;
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  entryCount: number;
  der: Uint8Array;
}>;

const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

type Expected = Readonly<{
  number: bigint;
  previousNumber: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  idpUrl: string;
}>;

/** Read back with our own strict reader: what does not verify, or is not what was asked for, never replaces what is served. */
function readBack(
  der: Uint8Array,
  issuer: Issuer,
  { number, previousNumber, thisUpdate, nextUpdate, idpUrl }: Expected,
): number {
  const crl = verifyCrl(der, issuer.facts, { previousNumber, idpUrl });
  const isExpected =
    crl.crlNumber === number &&
    crl.thisUpdate.getTime() === thisUpdate.getTime() &&
    crl.nextUpdate.getTime() === nextUpdate.getTime();
  if (!isExpected)
    throw new AppError(
      "crl.differs",
      "The CRL that came back is not the one that was asked for; the one before stays.",
      { kind: "unavailable" },
    );
  return crl.count;
}

async function issueCrl(deps: CrlDeps, issuer: Issuer): Promise<PublishedCrl> {
  const now = deps.clock.now(),
    last = await findLastCrlNumber(deps.db, issuer.id, wholeCrl);
  // Milliseconds since 1970 keep growing when a restored backup has forgotten the last numbers.
  const byClock = BigInt(now.getTime()),
    number = last + 1n > byClock ? last + 1n : byClock;
  const thisUpdate = wholeSecond(now),
    nextUpdate = new Date(thisUpdate.getTime() + issuer.crlPeriodSeconds * 1000);
  const der = await deps.signer.signCrl({
    authorityId: issuer.id,
    shard: wholeCrl,
    number,
    thisUpdate,
    nextUpdate,
  });
  const idpUrl = authorityUrls(deps.publicUrl, issuer.slug).crl;
  const entryCount = readBack(der, issuer, {
    number,
    previousNumber: last,
    thisUpdate,
    nextUpdate,
    idpUrl,
  });
  const row = {
    id: newId("crl", now, deps.random.bytes),
    authorityId: issuer.id,
    shard: wholeCrl,
    number,
    thisUpdate,
    nextUpdate,
    entryCount,
    der,
    createdAt: now,
  };
  await auditedTransaction(
    deps,
    systemActor("crl", newId("req", now, deps.random.bytes)),
    async (tx) => {
      await insertCrl(tx, row);
      await letGoOfOldBytes(tx, row);
      const details = {
        authorityId: issuer.id,
        shard: wholeCrl,
        number: String(number),
        entryCount,
        nextUpdate: formatIso(nextUpdate),
        sha256: createHash("sha256").update(der).digest("hex"),
      };
      return {
        result: null,
        entries: [
          {
            action: "crl.issued",
            outcome: "success",
            target: { kind: "crl", id: row.id, label: issuer.slug },
            details,
          },
        ],
      };
    },
  );
  return row;
}

type Turn = { running: Promise<PublishedCrl>; next: Promise<PublishedCrl> | null };
const turns = new WeakMap<object, Map<string, Turn>>();

/**
 * Issues the next CRL of an authority, verifies what came back, stores it with its entry. One at a time per authority, on all nodes; whoever
 * asks while one is made shares the one after it, which holds whatever was revoked before the call. Errors: `authority.not-active`,
 * `crl.differs`, those of the signer and of the record; the CRL before stays in place then.
 */
export async function publishCrl(deps: CrlDeps, authorityId: string): Promise<PublishedCrl> {
  const mine = turns.get(deps.db) ?? new Map<string, Turn>();
  turns.set(deps.db, mine);
  const turn = mine.get(authorityId);
  if (turn?.next) return turn.next;
  const make = async (): Promise<PublishedCrl> => {
    const issuer = await loadIssuer(deps, authorityId);
    if (!issuer || issuer.status === "pending")
      throw new AppError("authority.not-active", "This authority issues no CRL.", {
        kind: "conflict",
      });
    return withLock(deps.db, `crl ${authorityId}`, () => issueCrl(deps, issuer));
  };
  if (turn) {
    turn.next = turn.running.catch(() => null).then(() => start(mine, authorityId, make));
    return turn.next;
  }
  return start(mine, authorityId, make);
}

function start(
  mine: Map<string, Turn>,
  authorityId: string,
  make: () => Promise<PublishedCrl>,
): Promise<PublishedCrl> {
  const turn: Turn = { running: make(), next: null };
  mine.set(authorityId, turn);
  const done = (): void => {
    if (mine.get(authorityId) === turn && !turn.next) mine.delete(authorityId);
  };
  turn.running.then(done, done);
  return turn.running;
}
