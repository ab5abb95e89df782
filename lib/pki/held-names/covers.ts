import { parseIp } from "@/lib/net/address";
import { isInIpRange, parseIpRange } from "@/lib/net/network";
import { wildcardParent } from "./dns-name";
import type { CertificateName, HeldName } from "./held-name";

/** Letters A to Z alone: what RFC 5280 §7.1 folds in a name, and no more. */
const foldAscii = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const parentOf = (name: string): string => name.slice(name.indexOf(".") + 1);

function coversAddress(held: HeldName, value: string): boolean {
  const address = parseIp(value),
    range = parseIpRange(held.value);
  return address !== null && range !== null && isInIpRange(address, range);
}

/**
 * Whether holding `held` allows `name` in a certificate; both canonical. A wildcard covers itself
 * and names one label below; a prefix what is below it without a query; never the base itself.
 */
export function covers(held: HeldName, name: CertificateName): boolean {
  if (held.type !== name.type) return false;
  switch (held.type) {
    case "dns":
      if (held.value === name.value) return true;
      return (
        held.form === "wildcard" &&
        wildcardParent(name.value) === null &&
        name.value.includes(".") &&
        parentOf(name.value) === wildcardParent(held.value)
      );
    case "uri":
      if (held.form !== "prefix") return held.value === name.value;
      return (
        !name.value.includes("?") &&
        name.value.startsWith(held.value) &&
        name.value.length > held.value.length
      );
    case "ip":
      return held.form === "network" ? coversAddress(held, name.value) : held.value === name.value;
    case "email":
    case "cn":
      return foldAscii(held.value) === foldAscii(name.value);
  }
}

/** Whether holding `held` already gives everything that `name` would: no second row is needed. */
export function coversHeldName(held: HeldName, name: HeldName): boolean {
  if (held.type !== name.type) return false;
  if (name.form === "prefix") return held.form === "prefix" && name.value.startsWith(held.value);
  if (name.form !== "network") return covers(held, name);
  const inner = parseIpRange(name.value);
  const outer = parseIpRange(held.value);
  if (held.form !== "network" || inner === null || outer === null) return false;
  const isNarrower = inner.mask.every(
    (octet, index) => (octet & outer.mask[index]!) === outer.mask[index],
  );
  return isNarrower && isInIpRange(inner.address, outer);
}
