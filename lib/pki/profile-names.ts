import { parseIp } from "@/lib/net/address";
import { isInIpRange, parseIpRange } from "@/lib/net/network";
import type { GeneralName, ProfileRules } from "./types";

/**
 * `*` any; `example.com` exactly; `*.example.com` one label below; `**.example.com` anything below.
 * A wildcard name is matched by the rest of it.
 */
export function matchesDnsPattern(name: string, pattern: string): boolean {
  const lower = pattern.toLowerCase();
  if (lower === "*" || name === lower) return true;
  const depth = lower.startsWith("**.") ? "any" : lower.startsWith("*.") ? "one" : "none";
  if (depth === "none") return false;
  const suffix = lower.slice(depth === "any" ? 2 : 1);
  if (!name.endsWith(suffix) || name.length === suffix.length) return false;
  return depth === "any" || !name.slice(0, -suffix.length).includes(".");
}

/** Whether a rule allows all URIs below it: one that ends in `/`, or in `:` (`urn:uuid:`). */
export const isUriPrefix = (rule: string): boolean => /\/$|^urn:.*:$/.test(rule);

/** Both in canonical form, so that no userinfo, `..` or escape leads out of the prefix. */
function isUriListed(uri: string, rule: string): boolean {
  if (rule === "*" || uri === rule) return true;
  return isUriPrefix(rule) && uri.startsWith(rule);
}

/** Why the profile does not allow a canonical name, and what it allows; null if it does. */
export function explainNameRefusal(name: GeneralName, rules: ProfileRules["san"]): string | null {
  if (!rules.types.includes(name.type))
    return `names of type ${name.type} are not allowed, only ${rules.types.join(", ") || "none"}`;
  const listed = (allowed: readonly string[]): string => `allowed: ${allowed.join(", ") || "none"}`;
  switch (name.type) {
    case "dns":
      if (name.value.startsWith("*.") && !rules.wildcards) return "wildcards are not allowed";
      return rules.dnsPatterns.some((pattern) => matchesDnsPattern(name.value, pattern))
        ? null
        : listed(rules.dnsPatterns);
    case "ip":
      return rules.ipRanges.some((text) => isIpListed(name.value, text))
        ? null
        : listed(rules.ipRanges);
    case "email":
      return isMailboxListed(name.value, rules.emailDomains) ? null : listed(rules.emailDomains);
    case "uri":
      return rules.uriPrefixes.some((rule) => isUriListed(name.value, rule))
        ? null
        : listed(rules.uriPrefixes);
  }
}

function isIpListed(text: string, rangeText: string): boolean {
  const address = parseIp(text);
  const range = parseIpRange(rangeText);
  return address !== null && range !== null && isInIpRange(address, range);
}

function isMailboxListed(mailbox: string, domains: readonly string[]): boolean {
  const domain = mailbox.slice(mailbox.lastIndexOf("@") + 1).toLowerCase();
  return domains.some((allowed) => allowed === "*" || allowed.toLowerCase() === domain);
}
