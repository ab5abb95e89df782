import { canonicalNetwork } from "@/lib/custody/networks";
import type { Deps } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/app-error";
import { readPattern } from "./normal-path";
import { findKnownNames } from "./policies-repository";
import type { PolicyRule } from "./schema";

const once = (values: readonly string[]): string[] => [...new Set(values)];

function patternFindings(rule: PolicyRule, at: number): Finding[] {
  return rule.paths.flatMap((text, n) => {
    const read = readPattern(text);
    return typeof read === "string"
      ? [{ code: "policy.pattern", path: `rules.${at}.paths.${n}`, message: read }]
      : [];
  });
}

function tidyNetworks(rule: PolicyRule, at: number, findings: Finding[]): string[] {
  return once(
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
  const known = await findKnownNames(
    deps.db,
    once(rules.flatMap((rule) => rule.identities)),
    once(rules.flatMap((rule) => rule.profiles)),
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
 * Rules as they are stored: networks in their one form, nothing twice. Errors: `policy.rules` with every finding by its path: a pattern or a
 * network without one meaning, an identity or a profile that does not exist.
 */
export async function checkRules(
  deps: Pick<Deps, "db">,
  rules: readonly PolicyRule[],
): Promise<PolicyRule[]> {
  const findings: Finding[] = rules.flatMap(patternFindings);
  const tidy = rules.map((rule, at) => ({
    ...rule,
    identities: once(rule.identities),
    kinds: [...new Set(rule.kinds)],
    profiles: once(rule.profiles),
    methods: once(rule.methods),
    paths: once(rule.paths),
    networks: tidyNetworks(rule, at, findings),
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
