import { formatList } from "@/lib/format/count";
import type { PolicyDto, RuleCondition, PolicyRule } from "@/lib/policies/schema";

export const effectLabels: Readonly<Record<PolicyRule["effect"], string>> = {
  allow: "Allow",
  deny: "Deny",
};
export const kindPlurals = { person: "people", service: "services", device: "devices" } as const;
/** The part of a rule that did not match, in the tester. */
export const partLabels: Readonly<Record<RuleCondition | "preflight", string>> = {
  preflight: "only for CORS preflights",
  identities: "identity",
  kinds: "kind of identity",
  profiles: "profile",
  methods: "method",
  paths: "path",
  networks: "network",
};

/** The name and kind of an identity that a rule names. */
export type NamedIdentity = Readonly<{ id: string; name: string; kind: string }>;
export type IdentityNames = Readonly<Record<string, NamedIdentity>>;

const maxListed = 3;
/** The first few items, and how many more there are. */
const formatFew = (words: readonly string[], last = "or"): string =>
  words.length > maxListed
    ? `${words.slice(0, maxListed - 1).join(", ")} and ${words.length - maxListed + 1} more`
    : formatList([...words], last);

export type RulePhrase = Readonly<{ label: string; text: string; mono: boolean }>;

/** A rule in a few words: who, what, from where. Parts that match everything are left out. */
export function rulePhrases(rule: PolicyRule, names: IdentityNames): RulePhrase[] {
  const who = rule.identities.map((id) => names[id]?.name ?? id);
  const phrases: (RulePhrase | null)[] = [
    rule.preflight === true
      ? { label: "only", text: "CORS preflights, without a certificate", mono: false }
      : null,
    who.length > 0 ? { label: "who", text: formatFew(who), mono: false } : null,
    rule.kinds.length > 0
      ? { label: "kind", text: formatFew(rule.kinds.map((kind) => kindPlurals[kind])), mono: false }
      : null,
    rule.profiles.length > 0
      ? { label: "profile", text: formatFew(rule.profiles), mono: false }
      : null,
    rule.methods.length > 0 ? { label: "method", text: rule.methods.join(" "), mono: true } : null,
    rule.paths.length > 0 ? { label: "path", text: formatFew(rule.paths), mono: true } : null,
    rule.networks.length > 0 ? { label: "from", text: formatFew(rule.networks), mono: true } : null,
  ];
  return phrases.filter((phrase) => phrase !== null);
}

/** "2 allow, 1 deny", or that the rules can't be read. */
export function rulesSummary(rules: PolicyDto["rules"]): string {
  if (rules === null) return "Unreadable";
  const allow = rules.filter(({ effect }) => effect === "allow").length,
    deny = rules.length - allow;
  if (rules.length === 0) return "No rules: denies everything";
  return [allow > 0 && `${allow} allow`, deny > 0 && `${deny} deny`].filter(Boolean).join(", ");
}
