import type { EntryDetails } from "./types";

// Parts of the sentences about entries (describe-entry.ts).

export const withComment = (comment: string): string => (comment === "" ? "" : `: ${comment}`);
/** The date of a time in the details; the entry's page shows it in full. */
export const dateOf = (time: string): string => time.slice(0, 10);
export const minuteOf = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;
export const timeOf = (time: string): string => time.slice(11, 19);
export const changedFields = (changes: EntryDetails["identity.updated"]["changes"]): string =>
  Object.keys(changes).join(", ") || "no changes";
export const countOf = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
/** The first names, and how many more there are. */
export const listNames = (names: readonly string[]): string =>
  names.length > 3
    ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
    : names.join(", ");
export const countEntries = (count: number): string => countOf(count, "entry", "entries");
/** A revocation reason in words: "key compromise". */
export const reasonText = (reason: string): string =>
  reason === "cACompromise"
    ? "CA compromise"
    : reason.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The list of a saved view; earlier versions had views of the audit log alone. */
export const listName = (list = "audit"): string =>
  list === "audit" ? "audit log" : `list of ${list}`;

const identityActs: ReadonlySet<string> = new Set(["suspend", "activate", "assign"]);
const alertActs: ReadonlySet<string> = new Set(["acknowledge", "assign-alert", "resolve"]);
type Changed = "identities" | "alerts" | undefined;
function countChanged(of: Changed, total: number): string {
  if (of === "alerts") return countOf(total, "alert");
  return of === "identities"
    ? countOf(total, "identity", "identities")
    : countOf(total, "certificate");
}
function changedBy(act: string): Changed {
  if (alertActs.has(act)) return "alerts";
  return identityActs.has(act) ? "identities" : undefined;
}
/** What a bulk action is for: "3 identities". */
export const bulkItems = (act: string, count: number): string =>
  countChanged(changedBy(act), count);
/** What a bulk action does, before its items: "revoke". */
export const bulkActText = (act: string, replaceBy: string | undefined): string =>
  replaceBy === undefined
    ? act.replace("assign-alert", "assign")
    : `request the rotation, by ${minuteOf(replaceBy)}, of`;
/** Who identities or alerts are assigned to: " to platform@example.com". */
export function bulkRecipient(
  owner: string | undefined,
  assignee: Readonly<{ label: string }> | null | undefined,
): string {
  if (owner !== undefined) return ` to ${owner}`;
  return assignee === undefined ? "" : ` to ${assignee?.label ?? "no one"}`;
}
/** How far it came: "2 of 3 certificates changed". */
export const bulkFigures = ({
  of,
  total,
  done,
}: Readonly<{ of?: Changed; total: number; done: number }>): string =>
  `${done} of ${countChanged(of, total)} changed`;

type PhrasesOf<Described extends keyof EntryDetails> = {
  readonly [A in Described]: (details: EntryDetails[A], target: string) => string;
};

/** The predicates of entries about requests for rotation. */
export const rotationPhrases: PhrasesOf<
  Extract<keyof EntryDetails, `certificate.rotation-${string}`>
> = {
  "certificate.rotation-requested": ({ replaceBy, comment }, target) =>
    `requested the rotation of certificate ${target} by ${minuteOf(replaceBy)}${withComment(comment)}`,
  "certificate.rotation-request-canceled": ({ comment }, target) =>
    `withdrew the request to rotate certificate ${target}${withComment(comment)}`,
};

/** The predicates of entries about the power of identities, and about CA permissions. */
export const powerPhrases: PhrasesOf<
  Extract<keyof EntryDetails, `ca-permission.${string}` | `identity.power-${string}`>
> = {
  "ca-permission.created": ({ trustDomain, count }, target) =>
    `created a permission for ${target} to get ${countOf(count, "CA certificate")} for ${trustDomain}`,
  "ca-permission.confirmed": ({ trustDomain }, target) =>
    `confirmed on the host that ${target} may get CA certificates for ${trustDomain}`,
  "ca-permission.rejected": ({ trustDomain }, target) =>
    `rejected on the host that ${target} may get CA certificates for ${trustDomain}`,
  "ca-permission.revoked": ({ comment }, target) =>
    `revoked a CA permission of ${target}${withComment(comment)}`,
  "identity.power-granted": ({ power, through }, target) =>
    power === "proxy"
      ? `trusted identity ${target} as a proxy`
      : power === "ca"
        ? `let ${target} get CA certificates for ${through.label}`
        : `let certificates of ${target} sign in to ${through.label}`,
  "identity.power-removed": ({ power, through }, target) =>
    power === "proxy"
      ? `stopped trusting identity ${target} as a proxy`
      : power === "ca"
        ? `let ${target} get no more CA certificates for ${through.label}`
        : `ended the sign-in of ${target} to ${through.label}`,
};

/** The first finding's first sentence, and how many more there are; the entry's page shows all. */
export function summarizeFindings(
  findings: EntryDetails["certificate.refused"]["findings"],
): string {
  const first = findings[0]?.message.split(/\.\s/)[0]?.replace(/\.$/, "") ?? "";
  return findings.length > 1 ? `${first} (and ${findings.length - 1} more)` : first;
}
