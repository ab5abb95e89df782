import { readCarriedName, type CarriedName } from "@/lib/pki/held-names/carried-name";
import { asciiHost } from "@/lib/pki/held-names/dns-name";
import { describeHeldName, nameTypes, type NameType } from "@/lib/pki/held-names/held-name";
import { trustDomainOfCa, wholeTrustDomain } from "@/lib/pki/trust-domain";
import type { GeneralName } from "@/lib/pki/types";
import { listIn, type ReplayedEntry } from "../fields";
import { mayHold, noNames, type ExpectedName, type ExpectedNames } from "./held-state";
import { isMasked, isPattern, nameKey, textCovers } from "./name-text";

type EntryRecord = ReplayedEntry["record"];
/** A name as a plan's entry has it. */
type PlannedName = Readonly<{ type: NameType; value: string }>;

/** The common names in a subject in the manner of RFC 4514: `CN=pay.example.com,O=Example`. */
function commonNamesIn(subject: string): string[] {
  const attributes = subject.match(/(?:[^,+\\]|\\[0-9a-f]{2}|\\.)+/gsu) ?? [];
  return attributes
    .filter((one) => one.startsWith("CN=") && !one.startsWith("CN=#"))
    .map((one) => unescape(one.slice(3)));
}

function unescape(value: string): string {
  return value.replace(/(?:\\[0-9a-f]{2})+|\\(.)/gsu, (escaped, character: string | undefined) =>
    character === undefined
      ? Buffer.from(escaped.replaceAll("\\", ""), "hex").toString("utf8")
      : character,
  );
}

/** Every name by which a verifier may recognize the holder, as issuing looks at them. */
function plannedNames({ details }: EntryRecord, isSystem: boolean): PlannedName[] {
  const sans = listIn(details["sans"]).flatMap((san): PlannedName[] => {
    if (typeof san !== "string") return [];
    const type = nameTypes.find((one) => san.startsWith(`${one}:`));
    return type === undefined ? [] : [{ type, value: san.slice(type.length + 1) }];
  });
  // Chancery's own certificates have common names that nobody holds, such as that of a CA.
  if (isSystem || typeof details["subject"] !== "string") return sans;
  const repeats = (value: string): boolean => {
    const spellings = [value.toLowerCase(), asciiHost(value)];
    return sans.some((san) => spellings.includes(san.value.toLowerCase()));
  };
  const commonNames = commonNamesIn(details["subject"]).filter((value) => !repeats(value));
  return [...sans, ...commonNames.map((value) => ({ type: "cn", value }) as const)];
}

/** What is masked was a name in canonical form, but isn't any more. */
const readPlanned = ({ type, value }: PlannedName): CarriedName =>
  isMasked(value) ? { type, value } : readCarriedName(type, value);

const labelOf = (name: CarriedName): string =>
  name.type === "legacy" ? name.value : describeHeldName({ type: name.type, value: name.value });

/** The names of a plan that its identity did not hold by the log when it was made. */
export function unheldNames(record: EntryRecord, identity: ExpectedNames | null): string[] {
  const { isSystem, names } = identity ?? noNames;
  const isRotation = typeof record.details["predecessorId"] === "string";
  const planned = plannedNames(record, isSystem);
  if (isWholeHeld(trustDomainIn(record, planned), names)) return [];
  return planned
    .filter((name) => !isHeld(name, names, isRotation))
    .map((name) => labelOf(readPlanned(name)));
}

/** The trust domain of a plan that has the form of a client's CA. */
function trustDomainIn({ details }: EntryRecord, planned: readonly PlannedName[]): string | null {
  const { serial } = details;
  if (typeof serial !== "string") return null;
  return trustDomainOfCa({
    sans: planned.filter((name): name is GeneralName => name.type !== "cn"),
    commonNames: planned.filter(({ type }) => type === "cn").map(({ value }) => value),
    serial: Buffer.from(serial, "hex"),
  });
}

/** A client's CA needs the whole of its trust domain, and nothing else: its subject is no one's. */
function isWholeHeld(
  trustDomain: string | null,
  names: ReadonlyMap<string, ExpectedName>,
): boolean {
  if (trustDomain === null) return false;
  const one = names.get(nameKey(`URI:${wholeTrustDomain(trustDomain).value}`));
  return one !== undefined && mayHold(one);
}

function isHeld(
  planned: PlannedName,
  names: ReadonlyMap<string, ExpectedName>,
  isRotation: boolean,
): boolean {
  const isNow = (text: string): boolean => {
    const one = names.get(nameKey(text));
    return one !== undefined && mayHold(one);
  };
  if (isNow(`${planned.type}:${planned.value}`)) return true;
  const name = readPlanned(planned);
  if (isNow(labelOf(name))) return true;
  if (name.type === "legacy") return false;
  const carried = { type: name.type, value: name.value };
  for (const [text, one] of names) {
    // A renamed identity goes on with its former name in rotations.
    const counts = mayHold(one) || (isRotation && planned.type === "cn");
    if (counts && isPattern(text) && textCovers(text, carried)) return true;
  }
  return false;
}
