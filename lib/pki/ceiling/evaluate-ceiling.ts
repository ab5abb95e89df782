import { isAppError } from "@/lib/errors/app-error";
import { inNetworks, type Network, parseNetwork } from "@/lib/net/network";
import { extensionValue } from "@/lib/pki/certificate";
import { parseTime } from "@/lib/pki/der-time";
import { readExtendedKeyUsage } from "@/lib/pki/extension-values";
import { type RawGeneralName, readGeneralNames } from "@/lib/pki/general-names";
import { commonNameReadsAs } from "@/lib/pki/held-names/common-name";
import { readName } from "@/lib/pki/names";
import { extendedKeyUsageOids, extensionOids } from "@/lib/pki/oids";
import { readExtendedKeyUsage as readUsagesOnce } from "@/lib/pki/lint/readers";
import { readTbs } from "@/lib/pki/tbs";
import type { TbsFacts } from "@/lib/pki/tbs-facts";
import type { DistinguishedName, GeneralNameType } from "@/lib/pki/types";
import { anything, type Ceiling } from "./ceiling";

/**
 * One thing in bytes to be signed that is beyond a ceiling. `flag` and `argument` are those of the
 * command that would allow it; null where nothing can.
 */
export type Excess = Readonly<{
  what: string;
  flag: "dns" | "uri" | "email" | "ip" | "usage" | "days" | null;
  argument: string;
}>;

const usageNames: ReadonlyMap<string, string> = new Map(
  Object.entries(extendedKeyUsageOids).map(([name, oid]) => [oid, name]),
);
const daySeconds = 86_400;
/** Between the plan and its signature. */
const toleranceMs = 60_000;
const nothing = (what: string): Excess => ({ what, flag: null, argument: "" });

const isWithin = (domains: readonly string[], host: string): boolean =>
  domains.some((domain) => domain === anything || host === domain || host.endsWith(`.${domain}`));

const hostOfUri = (uri: string): string | null =>
  /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9.-]+)(?::\d+)?(?:[/?#]|$)/.exec(uri)?.[1] ?? null;
/** Where dots or escapes could lead out of a prefix. */
const hasDotSegments = (uri: string): boolean => /\/\.|%2e|\\/i.test(uri);

const parsedNetworks = new WeakMap<readonly string[], readonly Network[]>();

/** Parsed once for each ceiling: it is compared with every certificate. */
function networksOf(texts: readonly string[]): readonly Network[] {
  const cached = parsedNetworks.get(texts);
  if (cached) return cached;
  const networks = texts.filter((text) => text !== anything).map(parseNetwork);
  parsedNetworks.set(texts, networks);
  return networks;
}

function isUriWithin({ dns, uri }: Ceiling, value: string): boolean {
  if (uri.includes(anything)) return true;
  if (hasDotSegments(value)) return false;
  const host = hostOfUri(value);
  if (host !== null && isWithin(dns, host)) return true;
  return uri.some((prefix) => value.startsWith(prefix) || value === prefix.slice(0, -1));
}

function nameExcess(ceiling: Ceiling, type: GeneralNameType, text: string): Excess | null {
  switch (type) {
    case "dns": {
      const host = text.toLowerCase().replace(/^\*\./, "");
      return isWithin(ceiling.dns, host)
        ? null
        : { what: `the DNS name ${text}`, flag: "dns", argument: host };
    }
    case "email": {
      const domain = text.slice(text.lastIndexOf("@") + 1).toLowerCase();
      return isWithin(ceiling.dns, domain) || isWithin(ceiling.email, domain)
        ? null
        : { what: `the mailbox ${text}`, flag: "email", argument: domain };
    }
    case "ip":
      return ceiling.ip.includes(anything) || inNetworks(text, networksOf(ceiling.ip))
        ? null
        : { what: `the address ${text}`, flag: "ip", argument: text };
    case "uri":
      return isUriWithin(ceiling, text)
        ? null
        : { what: `the URI ${text}`, flag: "uri", argument: uriPrefixFor(text) };
  }
}

/** The shortest prefix of a URI that a ceiling can have, for the command that allows it. */
const uriPrefixFor = (uri: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/]*/.exec(uri)?.[0].concat("/") ??
  `${uri.slice(0, uri.lastIndexOf(":") + 1)}`;

/**
 * A single label is no name in a name space: as a common name it is the name of an identity, which
 * the names that the identity holds bound.
 */
function commonNameExcess(ceiling: Ceiling, text: string): Excess | null {
  const name = commonNameReadsAs(text);
  if (name === null || (name.type === "dns" && !name.value.includes("."))) return null;
  const excess = nameExcess(ceiling, name.type, name.value);
  return excess && { ...excess, what: `the common name ${text}` };
}

function subjectExcesses(ceiling: Ceiling, subject: DistinguishedName): (Excess | null)[] {
  return subject.map(({ type, value }) => {
    if (type === "CN") return commonNameExcess(ceiling, value);
    return type === "emailAddress" ? nameExcess(ceiling, "email", value) : null;
  });
}

type Name = Pick<RawGeneralName, "type" | "text">;

const sanExcess = (ceiling: Ceiling, { type, text }: Name): Excess | null =>
  type === null
    ? nothing(`a name of another kind than DNS, URI, mailbox or address (${text})`)
    : nameExcess(ceiling, type, text);

function usageExcesses({ usages }: Ceiling, oids: readonly string[] | null): Excess[] {
  if (usages.includes(anything)) return [];
  if (oids === null)
    return [
      { what: "a certificate without extended key usages", flag: "usage", argument: anything },
    ];
  return oids
    .map((oid) => usageNames.get(oid) ?? oid)
    .filter((name) => !usages.includes(name))
    .map((name) => ({ what: `the usage ${name}`, flag: "usage", argument: name }));
}

function lifetimeExcess({ maxSeconds }: Ceiling, notAfter: Date | null, now: Date): Excess | null {
  if (notAfter === null) return nothing("a notAfter that can't be read");
  const seconds = (notAfter.getTime() - now.getTime()) / 1000;
  if (seconds * 1000 <= maxSeconds * 1000 + toleranceMs) return null;
  const days = Math.ceil(seconds / daySeconds);
  return { what: `a lifetime of ${days} days`, flag: "days", argument: String(days) };
}

/**
 * Everything in the bytes of a leaf certificate that is beyond the ceiling, at the time `now`: name
 * spaces, usages, lifetime. Pure. Bytes that can't be read are beyond every ceiling.
 */
export function findExcesses(ceiling: Ceiling, tbsDer: Uint8Array, now: Date): readonly Excess[] {
  try {
    const { extensions, subjectDer, notAfter } = readTbs(tbsDer);
    const all = extensions ?? [];
    const names = extensionValue(all, extensionOids.subjectAltName, readGeneralNames) ?? [];
    const parts = {
      names,
      subject: readName(subjectDer),
      usages: extensionValue(all, extensionOids.extKeyUsage, readExtendedKeyUsage),
      notAfter: parseTime(notAfter.tag, notAfter.content),
    };
    return excessesOf(ceiling, parts, now);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [nothing(`bytes that can't be read (${error.message})`)];
  }
}

/** The same for bytes that were read already, all of whose names are of known kinds. */
export function findExcessesRead(ceiling: Ceiling, facts: TbsFacts, now: Date): readonly Excess[] {
  const { tbs, sans, subject, validity } = facts;
  const names = sans.map(({ type, value }) => ({ type, text: value }));
  const usages = extensionValue(tbs.extensions ?? [], extensionOids.extKeyUsage, readUsagesOnce);
  return excessesOf(ceiling, { names, subject, usages, notAfter: validity.notAfter }, now);
}

type Parts = Readonly<{
  names: readonly Name[];
  subject: DistinguishedName;
  usages: readonly string[] | null;
  notAfter: Date | null;
}>;

const excessesOf = (
  ceiling: Ceiling,
  { names, subject, usages, notAfter }: Parts,
  now: Date,
): readonly Excess[] =>
  [
    ...names.map((name) => sanExcess(ceiling, name)),
    ...subjectExcesses(ceiling, subject),
    ...usageExcesses(ceiling, usages),
    lifetimeExcess(ceiling, notAfter, now),
  ].filter((excess) => excess !== null);

const maxNamed = 5;
/** Values that a shell takes as they are. */
const quoted = (text: string): string =>
  /^[A-Za-z0-9.:/@_-]+$/.test(text) ? text : `'${text.replaceAll("'", "")}'`;

/** What is beyond the ceiling of a CA, in one sentence, with the command that would allow it. */
export function describeExcesses(slug: string, excesses: readonly Excess[]): string {
  const named = [...new Set(excesses.map(({ what }) => what))];
  const more = named.length > maxNamed ? ` and ${named.length - maxNamed} more` : "";
  const problem = `The ceiling of ${slug} doesn't allow ${named.slice(0, maxNamed).join(", ")}${more}.`;
  const options = excesses.flatMap(({ flag, argument }) =>
    flag === null ? [] : [`--${flag} ${quoted(argument)}`],
  );
  if (options.length < excesses.length) return problem;
  return `${problem} To allow it, run on the host: npx chancery signer allow ${slug} ${[...new Set(options)].join(" ")}`;
}
