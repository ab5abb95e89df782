import type { Deps } from "@/lib/runtime/deps";
import { type CompiledPolicy, compilePolicy } from "./evaluate-policy";
import { readRules } from "./policy-dto";
import { findPolicyAtRevision, findPolicyRevision } from "./policy-repository";

/** The policy of a service, ready to decide. */
export type ServicePolicy = Readonly<{ id: string; service: string; compiled: CompiledPolicy }>;

const maxCached = 500;
/** By the policy's id; of use only while the row's mark is the same. */
type PolicyCache = Map<string, Readonly<{ mark: string; policy: ServicePolicy }>>;
const caches = new WeakMap<Deps["db"]["pool"], PolicyCache>();

/**
 * The policy of a service as it is at this moment; null if it has none. What is kept between
 * requests is the compiled form alone: whether it is still the one that counts is asked each time.
 * Rules that cannot be read are null in it. Throws what the database throws.
 */
export async function findServicePolicy(
  { db }: Pick<Deps, "db">,
  service: string,
): Promise<ServicePolicy | null> {
  const found = await findPolicyRevision(db, service);
  if (found === null) return null;
  const kept: PolicyCache = caches.get(db.pool) ?? new Map();
  caches.set(db.pool, kept);
  const known = kept.get(found.id);
  if (known?.mark === found.revision) return known.policy;
  const row = await findPolicyAtRevision(db, found.id);
  if (row === null) return null;
  const policy: ServicePolicy = {
    id: row.id,
    service: row.service,
    compiled: compilePolicy({
      status: row.status === "active" ? "active" : "retired",
      version: row.version,
      rules: readRules(row.rules),
    }),
  };
  if (kept.size >= maxCached) kept.clear();
  kept.set(row.id, { mark: row.revision, policy });
  return policy;
}
