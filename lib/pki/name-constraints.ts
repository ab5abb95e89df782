import { parseIp } from "@/lib/net/address";
import { isInIpRange } from "@/lib/net/network";
import { tags } from "./der";
import { enter, leave, malformed, peek, readDer, take, type DerReader } from "./der-reader";
import { readGeneralName, type RawGeneralName } from "./general-names";
import { latin1 } from "./latin1";
import { readAttributes } from "./names";
import type { GeneralName } from "./types";

export type NameConstraints = Readonly<{
  permitted: readonly RawGeneralName[];
  excluded: readonly RawGeneralName[];
}>;

const directoryTag = 0xa4;

/**
 * Reads a nameConstraints value (RFC 5280 §4.2.1.10). Throws AppError `der.malformed`; minimum and
 * maximum are refused as the RFC asks.
 */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const reader = readDer(value);
  const end = enter(reader, tags.sequence, "nameConstraints");
  const permitted = peek(reader, end) === 0xa0 ? takeSubtrees(reader, 0xa0) : [];
  const excluded = peek(reader, end) === 0xa1 ? takeSubtrees(reader, 0xa1) : [];
  leave(reader, end, "nameConstraints");
  if (end !== value.length || permitted.length + excluded.length === 0)
    throw malformed("nameConstraints are empty or followed by something", reader);
  return { permitted, excluded };
}

function takeSubtrees(reader: DerReader, tag: number): RawGeneralName[] {
  const end = enter(reader, tag, "subtrees");
  const names: RawGeneralName[] = [];
  while (reader.position < end) {
    const itemEnd = enter(reader, tags.sequence, "a subtree");
    const nameTag = reader.bytes[reader.position] ?? 0;
    names.push(readGeneralName(nameTag, take(reader, nameTag, "the base of a subtree")));
    leave(reader, itemEnd, "a subtree");
  }
  leave(reader, end, "subtrees");
  if (names.length === 0) throw malformed("subtrees are empty", reader);
  return names;
}

/**
 * What a certificate is called: its alternative names, its subject, and its common name if that
 * reads as a hostname.
 */
export type CheckedNames = Readonly<{ sans: readonly GeneralName[]; subjectDer: Uint8Array }>;

/**
 * Each name that the constraints do not allow, as text; empty if all are allowed. Throws AppError
 * `der.malformed` for an unreadable subject.
 */
export function findConstraintViolations(
  constraints: NameConstraints,
  names: CheckedNames,
): string[] {
  const attributes = readAttributes(names.subjectDer);
  const mailboxes = attributes.flatMap(({ type, value }): GeneralName[] =>
    type === "emailAddress" && value !== null ? [{ type: "email", value }] : [],
  );
  const hosts = attributes.flatMap(({ type, value }): GeneralName[] =>
    type === "CN" && value !== null && /^(\*\.)?([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/i.test(value)
      ? [{ type: "dns", value: value.toLowerCase() }]
      : [],
  );
  const violations = [...names.sans, ...mailboxes, ...hosts].flatMap((name) =>
    checkName(constraints, name.type, (base) => matches(base, name), name.value),
  );
  if (attributes.length > 0)
    violations.push(
      ...checkName(
        constraints,
        "directory",
        (base) => isDirectoryWithin(base.content, names.subjectDer),
        "the subject",
      ),
    );
  return [...new Set(violations)];
}

function checkName(
  constraints: NameConstraints,
  kind: GeneralName["type"] | "directory",
  isWithin: (base: RawGeneralName) => boolean,
  text: string,
): string[] {
  const ofKind = (base: RawGeneralName): boolean =>
    kind === "directory" ? base.tag === directoryTag : base.type === kind;
  const permitted = constraints.permitted.filter(ofKind);
  const excluded = constraints.excluded.filter(ofKind);
  if (kind === "uri" && permitted.length + excluded.length > 0 && hostOf(text) === undefined)
    return [`${text} has no host that could be checked`];
  if (
    excluded.some(
      (base) => isWithin(base) || (kind === "dns" && wildcardReaches(text, baseText(base))),
    )
  )
    return [`${text} is excluded`];
  return permitted.length > 0 && !permitted.some(isWithin)
    ? [`${text} is not among the permitted names`]
    : [];
}

function matches(base: RawGeneralName, name: GeneralName): boolean {
  switch (name.type) {
    case "dns":
      return isHostBelow(name.value, baseText(base));
    case "email":
      return isMailboxWithin(name.value, baseText(base));
    case "uri":
      return isUriWithin(name.value, baseText(base));
    case "ip":
      return isAddressWithin(name.value, base.content);
  }
}

function baseText(base: RawGeneralName): string {
  return latin1(base.content).toLowerCase();
}

/**
 * dNSName: the base itself and anything with labels added to its left; a leading dot, which some
 * write, means the same below it.
 */
function isHostBelow(host: string, base: string): boolean {
  if (base === "") return true;
  if (base.startsWith(".")) return host.endsWith(base);
  return host === base || host.endsWith(`.${base}`);
}

/** Whether a wildcard could match the excluded host itself. */
function wildcardReaches(name: string, base: string): boolean {
  return (
    name.startsWith("*.") &&
    base.endsWith(name.slice(1)) &&
    !base.slice(0, 1 - name.length).includes(".")
  );
}

/** rfc822Name: one mailbox, all of one host, or, with a leading dot, all hosts below a domain. */
function isMailboxWithin(mailbox: string, base: string): boolean {
  const at = mailbox.lastIndexOf("@");
  const host = mailbox.slice(at + 1).toLowerCase();
  if (base.includes("@")) {
    const baseAt = base.lastIndexOf("@");
    return (
      mailbox.slice(0, at).toLowerCase() === base.slice(0, baseAt) &&
      host === base.slice(baseAt + 1)
    );
  }
  return base === "" || (base.startsWith(".") ? host.endsWith(base) : host === base);
}

/** URI: the host alone counts; a URI without one is never within, so permitted URIs exclude it. */
function isUriWithin(uri: string, base: string): boolean {
  const host = hostOf(uri);
  if (host === undefined) return false;
  return base.startsWith(".") ? host.endsWith(base) : host === base;
}

function hostOf(uri: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?([^:/?#]+)/i.exec(uri)?.[1]?.toLowerCase();
}

function isAddressWithin(text: string, base: Uint8Array): boolean {
  const address = parseIp(text);
  const half = base.length / 2;
  if (address === null || address.length !== half) return false;
  return isInIpRange(address, { address: base.subarray(0, half), mask: base.subarray(half) });
}

/**
 * directoryName: the base's attributes are the first of the subject's, compared without regard to
 * case and runs of spaces (§7.1).
 */
function isDirectoryWithin(base: Uint8Array, subjectDer: Uint8Array): boolean {
  const fold = (der: Uint8Array): string[] =>
    readAttributes(der).map(
      ({ rdn, type, value, raw }) =>
        `${rdn}|${type}|${value?.trim().replace(/\s+/g, " ").toLowerCase() ?? Buffer.from(raw).toString("hex")}`,
    );
  const subject = fold(subjectDer);
  return fold(base).every((attribute, index) => subject[index] === attribute);
}
