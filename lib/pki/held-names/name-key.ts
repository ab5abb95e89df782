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
  /**
   * What a wildcard covers, itself included: from `lower` up to, but without, `upper`. That of a
   * whole trust domain, which the CA of a client has, is all SPIFFE IDs in it.
   */
  range: Readonly<{ lower: string; upper: string }> | null;
}>;

/** The part of the key of a SPIFFE ID that all those of its trust domain have, or null. */
const trustDomainOfKey = (key: string): string | null =>
  /^uri:spiffe:\/\/[^/]+\//.exec(key)?.[0] ?? null;

/**
 * The key of the wildcard that covers a host, or of the trust domain that has a SPIFFE ID; null if
 * there is none: `dns:003:com.example.pay`.
 */
function wildcardKeyOf(key: string): string | null {
  const trustDomain = trustDomainOfKey(key);
  if (trustDomain !== null) return `${trustDomain}*`;
  const dot = key.lastIndexOf(".");
  return key.startsWith("dns:") && dot > 0 ? `${key.slice(0, dot + 1)}*` : null;
}

export function nameKeyOf(name: CarriedName): NameKey {
  if (name.type === "legacy") return exact(`legacy:${name.value}`);
  const { lower, upper, upperIncluded } = spanOf(asHeldName(name) as HeldName);
  const trustDomain = trustDomainOfKey(lower);
  if (trustDomain !== null && lower === `${trustDomain}*`)
    return {
      key: lower,
      probes: [],
      range: { lower: trustDomain, upper: `${trustDomain.slice(0, -1)}0` },
    };
  if (upperIncluded) return exact(lower);
  return { key: `${lower}*`, probes: [], range: { lower, upper } };
}

function exact(key: string): NameKey {
  const wildcard = wildcardKeyOf(key);
  return { key, probes: wildcard === null ? [key] : [key, wildcard], range: null };
}
