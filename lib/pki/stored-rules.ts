import { identityKinds, type ProfileRules } from "./types";

type OldSubject = Omit<ProfileRules["subject"], "commonNameFrom"> &
  Readonly<{ commonNameInSan: boolean }>;
/** Rules as versions stored them in which names were not bound to identities. */
type OldRules = Omit<ProfileRules, "identityKinds" | "selfService" | "names" | "subject"> &
  Readonly<{ subject: OldSubject }>;
/** Rules as they are in the database; what an older version stored is never rewritten. */
export type StoredRules = ProfileRules | OldRules;

const isOld = (rules: StoredRules): rules is OldRules => !("identityKinds" in rules);

/**
 * The rules as they apply. Where older rules say nothing, they allow what they allowed then: every
 * kind of identity, requests for oneself (for held names alone, as always), any URI below one that
 * is listed. `savedBeforeNames` marks them until an administrator saves the profile.
 */
export function readStoredRules(stored: StoredRules): ProfileRules {
  if (!isOld(stored)) return stored;
  const { commonNameInSan, ...subject } = stored.subject;
  return {
    ...stored,
    identityKinds: stored.kind === "leaf" ? identityKinds : [],
    selfService: true,
    names: [],
    subject: { ...subject, commonNameFrom: commonNameInSan ? "san" : "san-or-identity" },
    san: { ...stored.san, uriPrefixes: stored.san.uriPrefixes.flatMap(withPrefix) },
    savedBeforeNames: true,
  };
}

/** `https://example.com` also allowed `https://example.com/…`. */
const withPrefix = (rule: string): string[] =>
  rule === "*" || /[/:#?=]$/.test(rule) ? [rule] : [rule, `${rule}/`];
