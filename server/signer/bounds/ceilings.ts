import type { Database, PoolClient } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import type { Ceiling } from "@/lib/pki/ceiling/ceiling";
import { describeExcesses, findExcessesRead } from "@/lib/pki/ceiling/evaluate-ceiling";
import type { TbsFacts } from "@/lib/pki/tbs-facts";

export type CeilingReason = "setup" | "upgrade" | "confirmed" | "command";

/** The newest ceiling of a key, or null. */
export async function findCeiling(
  db: Database,
  keyId: string,
): Promise<Readonly<{ version: number; rules: Ceiling }> | null> {
  const { rows } = await db.pool.query<{ version: number; rules: Ceiling }>(
    "select version, rules from signer.ceiling where key_id = $1 order by version desc limit 1",
    [keyId],
  );
  return rows[0] ?? null;
}

type PlanUnderCeiling = Readonly<{
  id: string;
  /** The key that would sign. */
  keyId: string;
  authoritySlug: string;
}>;
/** Decides by `facts`, which are those of the very bytes that would be signed. */
export type CheckCeiling = (plan: PlanUnderCeiling, facts: TbsFacts, now: Date) => Promise<void>;

const keptMs = 1_000;

/**
 * Checks bytes to be signed against the ceiling of their key. Throws `signer.ceiling` with what is
 * beyond it and the command that would allow it. What the last one that was read allows is signed
 * without reading it again for `keptMs`, so a narrower one holds that long after it was set; what it
 * doesn't allow is decided by the newest.
 */
export function makeCeilingCheck(db: Database): CheckCeiling {
  const known = new Map<string, Readonly<{ rules: Ceiling; readAt: number }>>();
  return async ({ id, keyId, authoritySlug }, facts, now) => {
    const cached = known.get(keyId);
    const ageMs = now.getTime() - (cached?.readAt ?? 0);
    if (
      cached &&
      ageMs >= 0 &&
      ageMs < keptMs &&
      findExcessesRead(cached.rules, facts, now).length === 0
    )
      return;
    const current = await findCeiling(db, keyId);
    if (!current)
      throw new AppError(
        "signer.ceiling",
        `The signer has no ceiling for ${authoritySlug}, so ${id} was not signed. To set one, run on the host: npx chancery signer allow ${authoritySlug} --dns DOMAIN --usage serverAuth --days 397`,
      );
    known.set(keyId, { rules: current.rules, readAt: now.getTime() });
    const excesses = findExcessesRead(current.rules, facts, now);
    if (excesses.length > 0)
      throw new AppError("signer.ceiling", describeExcesses(authoritySlug, excesses));
  };
}

/** Stores the next version of a key's ceiling. */
export async function insertCeiling(
  client: PoolClient,
  ceiling: Readonly<{
    keyId: string;
    version: number;
    rules: Ceiling;
    reason: CeilingReason;
    setBy: string;
    entryId: string;
    now: Date;
  }>,
): Promise<void> {
  await client.query(
    "insert into signer.ceiling (key_id, version, rules, reason, set_by, entry_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
    [
      ceiling.keyId,
      ceiling.version,
      JSON.stringify(ceiling.rules),
      ceiling.reason,
      ceiling.setBy,
      ceiling.entryId,
      ceiling.now,
    ],
  );
}
