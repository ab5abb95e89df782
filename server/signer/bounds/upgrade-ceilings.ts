import type { Database } from "@/lib/db/database";
import { deriveCeiling } from "@/lib/pki/ceiling/derive-ceiling";
import { readStoredRules, type StoredRules } from "@/lib/pki/stored-rules";
import { insertCeiling } from "./ceilings";
import { recordedTransaction, type RecordingDeps } from "@/server/signer/recorded-transaction";

type DueAuthority = Readonly<{ keyId: string; id: string; name: string }>;

const maxNames = 100_000;

async function readDue(db: Database): Promise<DueAuthority[]> {
  const { rows } = await db.pool.query<DueAuthority>(
    `select d.key_id as "keyId", a.id, a.name from signer.ceiling_due d join authority a on a.key_id = d.key_id
     where not exists (select from signer.ceiling c where c.key_id = d.key_id) order by a.created_at`,
  );
  return rows;
}

async function readScope(db: Database, authorityId: string, now: Date) {
  const [profiles, names] = await Promise.all([
    db.pool.query<{ rules: StoredRules }>(
      "select rules from profile where authority_id = $1 and not system",
      [authorityId],
    ),
    db.pool.query<{ san: string }>(
      `select distinct san from certificate c join profile p on p.id = c.profile_id, unnest(c.sans) as san
       where c.issuer_id = $1 and c.state in ('planned', 'issued', 'held') and c.not_after > $2 and not p.system limit $3`,
      [authorityId, now, maxNames],
    ),
  ]);
  return {
    profiles: profiles.rows.map(({ rules }) => readStoredRules(rules)),
    sans: names.rows.map(({ san }) => san),
  };
}

/**
 * Sets the ceiling of each CA from before there were ceilings, once: wide enough for all that its
 * profiles allow and its certificates have, so that nothing stops. The migration has named these
 * CAs; later ones get theirs with their confirmation.
 */
export async function setDueCeilings(
  deps: RecordingDeps,
  onNotice: (line: string) => void,
): Promise<void> {
  for (const due of await readDue(deps.db))
    await setDueCeiling(deps, due).then(
      () => onNotice(`the ceiling of ${due.name} was set from its profiles and certificates`),
      // The signer starts all the same: CRLs, OCSP and the other CAs don't wait for this one.
      (error: unknown) => onNotice(`the ceiling of ${due.name} could not be set: ${String(error)}`),
    );
}

async function setDueCeiling(
  deps: RecordingDeps,
  { keyId, id, name }: DueAuthority,
): Promise<void> {
  const now = deps.clock.now();
  const rules = deriveCeiling(await readScope(deps.db, id, now));
  const ceiling = { keyId, version: 1, reason: "upgrade" } as const;
  const entry = {
    action: "ceiling.set",
    outcome: "success",
    target: { kind: "authority", id, label: name },
    details: { ...ceiling, ...rules },
  } as const;
  await recordedTransaction(deps, entry, (client, entryId) =>
    insertCeiling(client, { ...ceiling, rules, setBy: "the upgrade", entryId, now }),
  );
}
