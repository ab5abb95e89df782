import type { CarriedName } from "./carried-name";
import { asHeldName, type HeldName } from "./held-name";
import { spanOf } from "./span";

/**
 * Where a name of a certificate lies among those of other certificates: two certificates are in
 * each other's way if and only if one of them has the `key` of the other among its `probes` or in
 * its `range`.
 */
export type NameKey = Readonly<{
  /** As `signer.name_key` computes it; that of a wildcard lies among those of what it covers. */
  key: string;
  probes: readonly string[];
  /** What a wildcard covers, itself included: from `lower` up to, but without, `upper`. */
  range: Readonly<{ lower: string; upper: string }> | null;
}>;

/** The key of the wildcard that covers a host, or null: `dns:003:com.example.pay`. */
function wildcardKeyOf(key: string): string | null {
  const dot = key.lastIndexOf(".");
  return key.startsWith("dns:") && dot > 0 ? `${key.slice(0, dot + 1)}*` : null;
}

export function nameKeyOf(name: CarriedName): NameKey {
  if (name.type === "legacy") return exact(`legacy:${name.value}`);
  const { lower, upper, upperIncluded } = spanOf(asHeldName(name) as HeldName);
  if (upperIncluded) return exact(lower);
  return { key: `${lower}*`, probes: [], range: { lower, upper } };
}

function exact(key: string): NameKey {
  const wildcard = wildcardKeyOf(key);
  return { key, probes: wildcard === null ? [key] : [key, wildcard], range: null };
}
