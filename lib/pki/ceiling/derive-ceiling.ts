import type { ProfileRules } from "@/lib/pki/types";
import { anything, type Ceiling, ceilingOfDomains } from "./ceiling";

/** What a CA from before there were ceilings may issue by its profiles, and has issued. */
export type IssuedScope = Readonly<{
  profiles: readonly Pick<
    ProfileRules,
    "san" | "extendedKeyUsage" | "validitySecondsMax" | "names"
  >[];
  /** Names of its unexpired certificates: `DNS:a.example.com`, as rows have them. */
  sans: readonly string[];
}>;

/** An entry holds the ceiling, and has a limit. */
const maxDomains = 100;

/** `**.example.com` as a domain; a pattern with a star elsewhere allows anything. */
function domainOf(pattern: string): string {
  const domain = pattern.toLowerCase().replace(/^\*\*?\./, "");
  return domain.includes("*") ? anything : domain;
}

/** The domain below which a name was issued: `a.b.example.com` counts as `b.example.com`. */
function parentOf(name: string): string {
  const labels = name.toLowerCase().replace(/^\*\./, "").split(".");
  return labels.length > 2 ? labels.slice(1).join(".") : labels.join(".");
}

/** The part of a name template below which its names are; anything where a variable chooses it. */
function templateDomain(template: string): string {
  const domain = parentOf(template);
  return /[{}]/.test(domain) ? anything : domain;
}

/** All of them, or anything if there are so many that no one could read them. */
function bounded(values: readonly string[]): readonly string[] {
  const all = [...new Set(values)];
  return all.includes(anything) || all.length > maxDomains ? [anything] : all;
}

const uriPrefix = (uri: string): string => {
  if (uri === anything || /^[^/]*\/\/[^/]*[{}]/.test(uri)) return anything;
  const host = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/.exec(uri)?.[0];
  return host === undefined ? `${uri.slice(0, uri.lastIndexOf(":") + 1)}` : `${host}/`;
};

/**
 * A ceiling under which everything goes on that works: generous, because a database from before
 * there were ceilings can't be judged by one. Pure.
 */
export function deriveCeiling({ profiles, sans }: IssuedScope): Ceiling {
  const issued = (type: string): string[] =>
    sans.filter((san) => san.startsWith(`${type}:`)).map((san) => san.slice(type.length + 1));
  const mailDomain = (mailbox: string) => mailbox.slice(mailbox.lastIndexOf("@") + 1).toLowerCase();
  const templates = (type: "dns" | "uri" | "email"): string[] =>
    profiles.flatMap(({ names }) =>
      names.filter((name) => name.type === type).map(({ value }) => value),
    );
  const least = ceilingOfDomains([]);
  return {
    dns: bounded([
      ...templates("dns").map(templateDomain),
      ...profiles.flatMap(({ san }) => san.dnsPatterns.map(domainOf)),
      ...issued("DNS").map(parentOf),
    ]),
    uri: bounded(
      [
        ...profiles.flatMap(({ san }) => san.uriPrefixes),
        ...templates("uri"),
        ...issued("URI"),
      ].map(uriPrefix),
    ),
    email: bounded([
      ...profiles.flatMap(({ san }) => san.emailDomains.map(domainOf)),
      ...templates("email").map(mailDomain),
      ...issued("email").map(mailDomain),
    ]),
    ip: bounded([
      ...profiles.flatMap(({ san }) => san.ipRanges),
      ...issued("IP").map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`),
    ]),
    usages: bounded([
      ...least.usages,
      ...profiles.flatMap(({ extendedKeyUsage }): readonly string[] =>
        extendedKeyUsage.length === 0 ? [anything] : extendedKeyUsage,
      ),
    ]),
    maxSeconds: Math.max(
      least.maxSeconds,
      ...profiles.map(({ validitySecondsMax }) => validitySecondsMax),
    ),
  };
}
