import type { Deps } from "@/lib/deps";
import { compilePolicy } from "./decide";
import type { CompiledPolicy } from "./decide";
import { findMarkedPolicy, findPolicyMark } from "./policies-repository";
import { readRules } from "./policy-dto";

/** The policy of a service, ready to decide. */
export type ServicePolicy = Readonly<{ id: string; service: string; compiled: CompiledPolicy }>;

const MOST_KEPT = 500;
/** By the policy's id; of use only while the row's mark is the same. */
type Kept = Map<string, Readonly<{ mark: string; policy: ServicePolicy }>>;
const keptOf = new WeakMap<Deps["db"]["pool"], Kept>();

/**
 * The policy of a service as it is at this moment; null if it has none. What is kept between requests is the compiled form alone: whether it
 * is still the one that counts is asked each time. Rules that cannot be read are null in it. Throws what the database throws.
 */
export async function findServicePolicy(
  { db }: Pick<Deps, "db">,
  service: string,
): Promise<ServicePolicy | null> {
  const found = await findPolicyMark(db, service);
  if (found === null) return null;
  const kept: Kept = keptOf.get(db.pool) ?? new Map();
  keptOf.set(db.pool, kept);
  const known = kept.get(found.id);
  if (known?.mark === found.mark) return known.policy;
  const row = await findMarkedPolicy(db, found.id);
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
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(row.id, { mark: row.mark, policy });
  return policy;
}
