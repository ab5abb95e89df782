import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { canonicalNetwork } from "@/lib/net/network";
import type { Deps } from "@/lib/runtime/deps";
import { parsePattern } from "./path-pattern";
import { findExistingNames } from "./policy-repository";
import type { PolicyRule } from "./schema";

const unique = (values: readonly string[]): string[] => [...new Set(values)];

function patternFindings(rule: PolicyRule, at: number): Finding[] {
  return rule.paths.flatMap((text, n) => {
    const read = parsePattern(text);
    return typeof read === "string"
      ? [{ code: "policy.pattern", path: `rules.${at}.paths.${n}`, message: read }]
      : [];
  });
}

function normalizeNetworks(rule: PolicyRule, at: number, findings: Finding[]): string[] {
  return unique(
    rule.networks.flatMap((text, n) => {
      try {
        return [canonicalNetwork(text)];
      } catch (error) {
        if (!isAppError(error)) throw error;
        findings.push({
          code: error.code,
          path: `rules.${at}.networks.${n}`,
          message: error.message,
        });
        return [];
      }
    }),
  );
}

async function nameFindings(
  deps: Pick<Deps, "db">,
  rules: readonly PolicyRule[],
): Promise<Finding[]> {
  const known = await findExistingNames(
    deps.db,
    unique(rules.flatMap((rule) => rule.identities)),
    unique(rules.flatMap((rule) => rule.profiles)),
  );
  return rules.flatMap((rule, at) => [
    ...rule.identities.flatMap((id, n) =>
      known.identities.has(id)
        ? []
        : [
            {
              code: "policy.identity",
              path: `rules.${at}.identities.${n}`,
              message: `There is no identity ${id}. Name identities by their id (idn_…).`,
            },
          ],
    ),
    ...rule.profiles.flatMap((slug, n) =>
      known.profiles.has(slug)
        ? []
        : [
            {
              code: "policy.profile",
              path: `rules.${at}.profiles.${n}`,
              message: `There is no profile ${slug}.`,
            },
          ],
    ),
  ]);
}

/**
 * Rules as they are stored: networks in their one form, nothing twice. Errors: `policy.rules` with
 * every finding by its path: a pattern or a network without one meaning, an identity or a profile
 * that does not exist.
 */
export async function checkRules(
  deps: Pick<Deps, "db">,
  rules: readonly PolicyRule[],
): Promise<PolicyRule[]> {
  const findings: Finding[] = rules.flatMap(patternFindings);
  const tidy = rules.map((rule, at) => ({
    ...rule,
    identities: unique(rule.identities),
    kinds: [...new Set(rule.kinds)],
    profiles: unique(rule.profiles),
    methods: unique(rule.methods),
    paths: unique(rule.paths),
    networks: normalizeNetworks(rule, at, findings),
  }));
  findings.push(...(await nameFindings(deps, rules)));
  if (findings.length > 0)
    throw new AppError(
      "policy.rules",
      findings.length === 1
        ? (findings[0]?.message ?? "")
        : `${findings.length} things in the rules are wrong; the first: ${findings[0]?.message}`,
      { findings },
    );
  return tidy;
}
