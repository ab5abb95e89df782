import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { serverKeyUsage } from "@/lib/pki/system-rules";
import type { StoredRules } from "@/lib/pki/stored-rules";
import type { Deps } from "@/lib/runtime/deps";
import { profileTarget, rulesText, versionDetails } from "./profile-dto";
import {
  hasVersionWithUsage,
  insertProfileVersion,
  listProfileRows,
  updateProfileRow,
  withUsageLock,
  type ProfileRow,
} from "./profile-repository";

type UpgradeDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

/** A server profile for RSA keys whose certificates NSS refuses. */
const isDue = ({ system, status, rules }: ProfileRow): boolean =>
  !system &&
  status === "active" &&
  rules.extendedKeyUsage.includes("serverAuth") &&
  rules.keyAlgorithms.some((algorithm) => algorithm.startsWith("rsa")) &&
  rules.keyUsage.length === 1 &&
  rules.keyUsage[0] === "digitalSignature";

/**
 * Gives the server profiles of an earlier version a new version with keyEncipherment, which only
 * RSA keys get. Done once: as soon as any version of any profile has that usage, what people choose
 * stays. Returns the slugs of the profiles that it changed.
 */
export async function upgradeServerUsages(deps: UpgradeDeps): Promise<readonly string[]> {
  if (await hasVersionWithUsage(deps.db, "keyEncipherment")) return [];
  return withUsageLock(deps.db, async () => {
    if (await hasVersionWithUsage(deps.db, "keyEncipherment")) return [];
    const due = (await listProfileRows(deps.db)).filter(isDue);
    if (due.length > 0) await upgrade(deps, due);
    return due.map(({ slug }) => slug);
  });
}

async function upgrade(deps: UpgradeDeps, due: readonly ProfileRow[]): Promise<void> {
  const now = deps.clock.now();
  const actor = systemActor("upgrade", newId("req", now, deps.random.bytes));
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    const entries: NewEntry[] = [];
    for (const row of due) {
      const rules = { ...row.storedRules, keyUsage: serverKeyUsage } as StoredRules;
      const version = row.version + 1;
      const id = newId("ent", now, deps.random.bytes);
      const { slug, system, authorityId, name, description } = row;
      const whole = { profileId: row.id, version, slug, system, authorityId, rules };
      const change = { name, description, authorityId, rules, version, changedAt: now };
      // Somebody changed or retired it meanwhile: then it stays as they left it.
      if (!(await updateProfileRow(tx, row.id, row.version, change))) continue;
      const details = versionDetails(whole);
      const digest = details.versionSha256;
      await insertProfileVersion(tx, { ...whole, digest, entryId: id, createdAt: now });
      const changes = { rules: { from: rulesText(row.storedRules), to: rulesText(rules) } };
      entries.push({
        id,
        action: "profile.updated",
        outcome: "success",
        target: profileTarget(row),
        details: { ...details, changes },
      });
    }
    const [first, ...more] = entries;
    return first === undefined ? null : { result: null, entries: [first, ...more] };
  });
}
