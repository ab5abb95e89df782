import { AppError } from "@/lib/errors/app-error";
import { parseNetwork } from "@/lib/net/network";
import { extendedKeyUsageOids, isOid } from "@/lib/pki/oids";

/** `*` in a list of a ceiling: anything of that kind. */
export const anything = "*";

/**
 * What a CA key may ever sign, apart from the certificates of CAs and of Chancery itself. Held by
 * the signer, above every profile.
 */
export type Ceiling = Readonly<{
  /** Domains: each covers itself and everything below it, in DNS names, mailboxes and URIs. */
  dns: readonly string[];
  /** Prefixes of URIs, in addition to those of hosts in `dns`; each ends in `/` or `:`. */
  uri: readonly string[];
  /** Domains of mailboxes, in addition to `dns`. */
  email: readonly string[];
  /** Networks in CIDR notation. */
  ip: readonly string[];
  /** Names or OIDs of extended key usages; `*` also allows certificates without any. */
  usages: readonly string[];
  /** The longest time from signing to notAfter. */
  maxSeconds: number;
}>;

/**
 * What a command adds to a ceiling, or removes from it; `days` raises the lifetime to at least
 * that, or lowers it to at most that.
 */
export type CeilingAddition = Readonly<{
  dns: readonly string[];
  uri: readonly string[];
  email: readonly string[];
  ip: readonly string[];
  usages: readonly string[];
  days: number | null;
}>;

const daySeconds = 86_400;
const setupDays = 825;
const maxDays = 20_000;
const maxItems = 1000;
const domainPattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const uriPrefixPattern = /^[a-z][a-z0-9+.-]*:[!-~]*[/:]$/;
/** RFC 1918, RFC 4193. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/** The ceiling that the setup gives a CA: the organization's domains, and private networks. */
export const ceilingOfDomains = (domains: readonly string[]): Ceiling => ({
  dns: [...new Set(domains.map((domain) => checkDomain(domain)))],
  uri: [],
  email: [],
  ip: privateNetworks,
  usages: ["serverAuth", "clientAuth"],
  maxSeconds: setupDays * daySeconds,
});

const union = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const all = [...new Set([...one, ...other])];
  if (all.includes(anything)) return [anything];
  if (all.length > maxItems)
    throw new AppError(
      "input.invalid",
      `A ceiling has at most ${maxItems} values of a kind. Allow a domain, prefix or network above them.`,
    );
  return all;
};

/** The ceiling with what is added. */
export const widenCeiling = (ceiling: Ceiling, addition: CeilingAddition): Ceiling => ({
  dns: union(ceiling.dns, addition.dns),
  uri: union(ceiling.uri, addition.uri),
  email: union(ceiling.email, addition.email),
  ip: union(ceiling.ip, addition.ip),
  usages: union(ceiling.usages, addition.usages),
  maxSeconds: Math.max(ceiling.maxSeconds, (addition.days ?? 0) * daySeconds),
});

/**
 * The ceiling without the values that are named, and with at most `days` of lifetime. Throws
 * `input.invalid` for a value that it does not have: leaving out a part of what a value covers
 * can't be expressed, so nothing is taken for done that isn't.
 */
export function narrowCeiling(ceiling: Ceiling, removal: CeilingAddition): Ceiling {
  const without = (
    kind: Exclude<keyof CeilingAddition, "days">,
    flag: string,
  ): readonly string[] => {
    const has = ceiling[kind];
    const missing = removal[kind].find((value) => !has.includes(value));
    if (missing !== undefined)
      throw invalid(
        flag,
        missing,
        has.includes(anything)
          ? "The ceiling allows anything of this kind. Remove '*', then allow what is needed."
          : `The ceiling doesn't have this value. It has: ${has.join(", ") || "none"}.`,
      );
    return has.filter((value) => !removal[kind].includes(value));
  };
  return {
    dns: without("dns", "dns"),
    uri: without("uri", "uri"),
    email: without("email", "email"),
    ip: without("ip", "ip"),
    usages: without("usages", "usage"),
    maxSeconds: Math.min(ceiling.maxSeconds, (removal.days ?? Infinity) * daySeconds),
  };
}

/** Whether a ceiling has everything that an addition names. */
export function allowsAlready(ceiling: Ceiling, addition: CeilingAddition): boolean {
  const has = (kind: Exclude<keyof CeilingAddition, "days">): boolean =>
    ceiling[kind].includes(anything) ||
    addition[kind].every((value) => ceiling[kind].includes(value));
  const kinds = ["dns", "uri", "email", "ip", "usages"] as const;
  return kinds.every(has) && (addition.days ?? 0) * daySeconds <= ceiling.maxSeconds;
}

function invalid(flag: string, value: string, fix: string): AppError {
  return new AppError("input.invalid", `--${flag} ${value.slice(0, 200)}: ${fix}`);
}

function checkDomain(text: string): string {
  const domain = text.toLowerCase().replace(/^(\*\*?\.)/, "");
  if (domain === anything || domainPattern.test(domain)) return domain;
  throw invalid("dns", text, "Use a domain such as example.com, which covers everything below it.");
}

const checks: Readonly<Record<Exclude<keyof CeilingAddition, "days">, (value: string) => string>> =
  {
    dns: checkDomain,
    email: (text) => checkDomain(text.replace(/^@/, "")),
    uri: (text) => {
      if (text === anything || uriPrefixPattern.test(text)) return text;
      throw invalid(
        "uri",
        text,
        "Use a prefix that ends in / or :, such as spiffe://example.com/.",
      );
    },
    ip: (text) => (text === anything ? text : parseNetwork(text).text),
    usages: (text) => {
      if (text === anything || Object.hasOwn(extendedKeyUsageOids, text) || isOid(text))
        return text;
      throw invalid(
        "usage",
        text,
        `Use one of ${Object.keys(extendedKeyUsageOids).join(", ")}, or an OID.`,
      );
    },
  };

/** Checks an addition and writes it canonically. Throws `input.invalid`. */
export function checkAddition(addition: CeilingAddition): CeilingAddition {
  const { days } = addition;
  if (days !== null && (!Number.isInteger(days) || days < 1 || days > maxDays))
    throw invalid("days", String(days), `Use a number of days from 1 to ${maxDays}.`);
  const lists = {
    dns: addition.dns.map(checks.dns),
    uri: addition.uri.map(checks.uri),
    email: addition.email.map(checks.email),
    ip: addition.ip.map(checks.ip),
    usages: addition.usages.map(checks.usages),
  };
  if (days === null && Object.values(lists).every(({ length }) => length === 0))
    throw new AppError(
      "input.invalid",
      "Name at least one value: --dns, --uri, --email, --ip, --usage or --days.",
    );
  return { ...lists, days };
}
