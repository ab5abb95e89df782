import type { Finding } from "@/lib/errors/types";

/**
 * Lints that repeat what a rule has already reported about the request: each reason is reported
 * once.
 */
const coveredByRule: Readonly<Record<string, readonly string[]>> = {
  "lint.validity-beyond-profile": ["certificate.lifetime-beyond-profile"],
  "lint.validity-beyond-issuer": ["certificate.lifetime-beyond-issuer"],
  "lint.common-name-in-san": ["certificate.common-name-not-bound"],
  "lint.san-kind": ["certificate.name-outside-profile"],
  "lint.san-missing": ["certificate.san-missing", "name.invalid", "name.not-canonical"],
  "lint.name-constraints-of-issuer": ["certificate.name-constraint"],
  "lint.path-length-of-issuer": ["authority.path-length"],
};

/** The findings of lints, without those that a rule's finding says already. */
export const withoutCovered = (
  linted: readonly Finding[],
  findings: readonly Finding[],
): readonly Finding[] =>
  linted.filter((lint) => !findings.some(({ code }) => coveredByRule[lint.code]?.includes(code)));
