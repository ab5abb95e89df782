import type { Database, PoolClient } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { toHex } from "@/lib/log/pure/bytes";
import { type Ceiling, ceilingOfDomains } from "@/lib/pki/ceiling/ceiling";
import { readAuthorityFacts } from "./authority-facts";
import { type CeilingReason, findCeiling, insertCeiling } from "./ceilings";
import {
  type HostOperator,
  recordedTransaction,
  type RecordingDeps,
} from "@/server/signer/recorded-transaction";

/** The planned certificate of a CA. */
export type AuthorityPlan = Readonly<{
  id: string;
  tbsDer: Uint8Array;
  /** The key that would sign it. */
  keyId: string;
}>;
/** The key that a CA certificate is for, and the CA that has it, if any. */
type AuthorityOfKey = Readonly<{ keyId: string; authorityId: string | null; name: string | null }>;
type SetupSlot = "root" | "issuing";

export type ConfirmationDeps = RecordingDeps &
  Readonly<{
    /** The domains of a setup from the host's environment; null if there is none. */
    headlessDomains: readonly string[] | null;
  }>;

/**
 * Checks that the certificate of a CA was confirmed past the gateway, for exactly these bytes: by a
 * command on the host, or because it is the root or the CA below it that a granted setup creates;
 * then it counts as confirmed from now on. Throws `signer.unconfirmed`, `signer.rejected`,
 * `signer.ca-key`.
 */
export async function requireConfirmation(
  deps: ConfirmationDeps,
  plan: AuthorityPlan,
): Promise<void> {
  const facts = readAuthorityFacts(plan.tbsDer);
  const key = await findAuthorityKey(deps.db, facts.spkiDer);
  if (!key)
    throw new AppError(
      "signer.ca-key",
      `${plan.id} is for a CA whose key the signer doesn't hold, so it was not signed.`,
    );
  const decided = await findDecision(deps.db, plan.id);
  if (decided?.decision === "rejected")
    throw new AppError(
      "signer.rejected",
      `The certificate of ${key.name ?? facts.subject} was rejected on the host, so it is never signed.`,
    );
  if (decided?.tbsSha256 === facts.tbsSha256) return;
  const setup = decided ? null : await findSetupSlot(deps, plan, key.keyId);
  if (!setup)
    throw new AppError(
      "signer.unconfirmed",
      `The certificate of ${key.name ?? facts.subject} waits for its confirmation. On the host, run: npx chancery confirm`,
    );
  const rules = ceilingOfDomains(setup.domains);
  await confirm(deps, plan, key, { rules, reason: "setup", slot: setup.slot, operator: null });
}

/** Stores a confirmation, the ceiling of the CA's key and their entry. Returns the entry's id. */
export async function confirm(
  deps: RecordingDeps,
  plan: AuthorityPlan,
  key: AuthorityOfKey,
  {
    rules,
    reason,
    slot,
    operator,
  }: Readonly<{
    rules: Ceiling;
    reason: Extract<CeilingReason, "setup" | "confirmed">;
    slot: SetupSlot | null;
    operator: HostOperator | null;
  }>,
): Promise<string> {
  const { subject, tbsSha256 } = readAuthorityFacts(plan.tbsDer);
  const version = ((await findCeiling(deps.db, key.keyId))?.version ?? 0) + 1;
  const setBy = operator?.label ?? "the setup";
  const now = deps.clock.now();
  const entry = {
    action: "authority.confirmed",
    outcome: "success",
    target: {
      kind: "authority",
      id: key.authorityId ?? plan.id,
      label: key.name ?? subject,
    },
    details: {
      certificateId: plan.id,
      subject,
      tbsSha256,
      by: operator ? "host" : "setup",
      ceiling: { keyId: key.keyId, version, reason, ...rules },
    },
  } as const;
  const work = async (client: PoolClient, entryId: string): Promise<void> => {
    await insertDecision(client, plan.id, {
      tbsSha256,
      decision: "confirmed",
      decidedBy: setBy,
      slot,
      now,
    });
    await insertCeiling(client, {
      keyId: key.keyId,
      version,
      rules,
      reason,
      setBy,
      entryId,
      now,
    });
  };
  return recordedTransaction(deps, entry, work, operator);
}

/** The signer's key of these bytes, or null: no CA certificate is signed for another's. */
export async function findAuthorityKey(
  db: Database,
  spkiDer: Uint8Array,
): Promise<AuthorityOfKey | null> {
  const { rows } = await db.pool.query<AuthorityOfKey>(
    `select k.id as "keyId", a.id as "authorityId", a.name from signing_key k join signer.sealed_key s on s.key_id = k.id
       left join authority a on a.key_id = k.id where k.spki_der = $1`,
    [Buffer.from(spkiDer)],
  );
  return rows[0] ?? null;
}

export async function findDecision(
  db: Database,
  certificateId: string,
): Promise<Readonly<{ decision: string; tbsSha256: string }> | null> {
  const { rows } = await db.pool.query<{ decision: string; tbsSha256: Buffer }>(
    `select decision, tbs_sha256 as "tbsSha256" from signer.confirmation where certificate_id = $1`,
    [certificateId],
  );
  const [row] = rows;
  return row ? { decision: row.decision, tbsSha256: toHex(row.tbsSha256) } : null;
}

export async function insertDecision(
  client: PoolClient,
  certificateId: string,
  decision: Readonly<{
    tbsSha256: string;
    decision: "confirmed" | "rejected";
    decidedBy: string;
    slot: SetupSlot | null;
    now: Date;
  }>,
): Promise<void> {
  await client.query(
    "insert into signer.confirmation (certificate_id, tbs_sha256, decision, decided_by, setup_slot, created_at) values ($1, $2, $3, $4, $5, $6)",
    [
      certificateId,
      Buffer.from(decision.tbsSha256, "hex"),
      decision.decision,
      decision.decidedBy,
      decision.slot,
      decision.now,
    ],
  );
}

/** Keys whose CA certificates the setup confirmed, by their slots. */
export async function readSetupSlots(db: Database): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await db.pool.query<{ slot: string; keyId: string | null }>(
    `select c.setup_slot as slot, k.id as "keyId" from signer.confirmation c
       left join certificate p on p.id = c.certificate_id left join signing_key k on sha256(k.spki_der) = p.spki_sha256
     where c.setup_slot is not null`,
  );
  return new Map(rows.map(({ slot, keyId }) => [slot, keyId]));
}

/** The domains of the newest grant, or of the host's environment; null if nothing was granted. */
async function findGrantedDomains({
  db,
  headlessDomains,
}: ConfirmationDeps): Promise<readonly string[] | null> {
  const { rows } = await db.pool.query<{ domains: string[] }>(
    "select domains from signer.setup_grant order by id desc limit 1",
  );
  return rows[0]?.domains ?? headlessDomains;
}

/**
 * The place that a CA certificate takes in a granted setup: one root, and one CA that this root
 * signs. Null if there is none left for it.
 */
async function findSetupSlot(
  deps: ConfirmationDeps,
  { keyId: signingKeyId }: AuthorityPlan,
  ownKeyId: string,
): Promise<Readonly<{ slot: SetupSlot; domains: readonly string[] }> | null> {
  const domains = await findGrantedDomains(deps);
  if (!domains) return null;
  const slots = await readSetupSlots(deps.db);
  if (signingKeyId === ownKeyId) return slots.has("root") ? null : { slot: "root", domains };
  return !slots.has("issuing") && slots.get("root") === signingKeyId
    ? { slot: "issuing", domains }
    : null;
}
