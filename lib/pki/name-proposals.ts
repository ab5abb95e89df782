import { commonNameReadsAs } from "@/lib/pki/held-names/common-name";
import { parseIpRange } from "@/lib/net/network";
import { formatIp } from "@/lib/net/address";
import { isBoundCommonName } from "./common-name-rule";
import { describeGeneralName } from "./general-names";
import type { NamesRequest } from "./names-request";
import { explainNameRefusal } from "./profile-names";
import type { GeneralName, GeneralNameType, ProfileRules } from "./types";

const maxCommonName = 64;

/** A common name that the profile accepts for this request; null if it accepts none yet. */
function workingCommonName(
  { identity, rules }: NamesRequest,
  sans: readonly GeneralName[],
): string | null {
  const from = rules.subject.commonNameFrom;
  const names = [...identity.commonNames, ...sans.map(({ value }) => value)];
  return (
    names.find(
      (name) =>
        name.length <= maxCommonName && isBoundCommonName(name, from, sans, identity.commonNames),
    ) ?? null
  );
}

/** `-subj` of openssl for a common name, as a shell takes it. */
const subjOption = (name: string): string =>
  /^[\w.@:-]+$/.test(name)
    ? `-subj /CN=${name}`
    : `-subj "/CN=${name.replaceAll(/[$`"]/g, "\\$&")}"`;

/** How to make a CSR whose common name the profile accepts. */
export function proposeCommonName(request: NamesRequest, sans: readonly GeneralName[]): string {
  const name = workingCommonName(request, sans);
  return name === null
    ? `Add a name to subjectAltName, and use the same name as the common name${exampleOf(request.rules.san, ", such as ")}.`
    : `Create the CSR with ${subjOption(name)}`;
}

/** How to change a request whose common name is bound to nothing. Each way is open to it. */
export function proposeInstead(
  value: string,
  request: NamesRequest,
  sans: readonly GeneralName[],
): string {
  const { rules } = request;
  const name = workingCommonName(request, sans);
  const read = commonNameReadsAs(value);
  const ways = [
    ...(read !== null &&
    !value.includes("*") &&
    rules.san.max > sans.length &&
    explainNameRefusal(read, rules.san) === null
      ? [`add ${describeGeneralName(read)} to subjectAltName`]
      : []),
    ...(name === null ? [] : [`use ${subjOption(name)} instead`]),
    ...(rules.subject.commonName === "optional" && sans.length > 0
      ? ["leave it out with -subj /"]
      : []),
  ];
  if (ways.length === 0) return proposeCommonName(request, sans);
  const text = ways.join(", or ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** How to name the subject without a common name. */
export const proposeNoCommonName = (
  rules: ProfileRules["san"],
  sans: readonly GeneralName[],
): string =>
  sans.length > 0
    ? "Create the CSR with -subj /"
    : `Create the CSR with -subj / and add a name to subjectAltName${exampleOf(rules, ", such as ")}.`;

/** An option of openssl that adds a name which the profile allows. */
export const proposeSan = (rules: ProfileRules["san"]): string =>
  `Add it to the request${exampleOf(rules, ": -addext subjectAltName=")}`;

function exampleOf(rules: ProfileRules["san"], before: string): string {
  for (const type of rules.types) {
    const value = exampleValue(type, rules);
    if (value === null) continue;
    if (explainNameRefusal({ type, value }, rules) === null)
      return `${before}${describeGeneralName({ type, value })}`;
  }
  return "";
}

function exampleValue(type: GeneralNameType, rules: ProfileRules["san"]): string | null {
  const example = {
    dns: () => exampleHost(rules.dnsPatterns[0]),
    email: () => exampleMailbox(rules.emailDomains[0]),
    uri: () => exampleUri(rules.uriPrefixes[0]),
    ip: () => exampleAddress(rules.ipRanges[0]),
  } as const satisfies Record<GeneralNameType, () => string | undefined>;
  return example[type]() ?? null;
}

const exampleHost = (pattern: string | undefined): string | undefined =>
  pattern?.replace(/^\*$/, "*.example.com").replace(/^\*\*?\./, "pay.");
const exampleMailbox = (domain: string | undefined): string | undefined =>
  domain && `pay@${domain === "*" ? "example.com" : domain}`;
const exampleUri = (rule: string | undefined): string | undefined =>
  rule === "*" ? "spiffe://example.com/pay" : rule?.replace(/\/$/, "/pay");

function exampleAddress(text: string | undefined): string | undefined {
  const range = parseIpRange(text ?? "");
  if (range === null) return undefined;
  const lowest = range.mask.at(-1) === 0xff ? 0 : 1;
  const end = range.address.length - 1;
  return formatIp(range.address.map((octet, at) => (at === end ? octet | lowest : octet)));
}
