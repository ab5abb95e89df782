import { joinWords } from "@/lib/format/count";
import type { PolicyDto, PolicyPart, PolicyRule } from "@/lib/policies/schema";

export const effectWords: Readonly<Record<PolicyRule["effect"], string>> = {
  allow: "Allow",
  deny: "Deny",
};
export const kindPlurals = { person: "people", service: "services", device: "devices" } as const;
/** What of a rule did not fit, in the tester. */
export const partWords: Readonly<Record<PolicyPart, string>> = {
  identities: "another identity",
  kinds: "another kind of identity",
  profiles: "another profile",
  methods: "another method",
  paths: "another path",
  networks: "another network",
};

/** The name and kind of an identity that a rule names. */
export type NamedIdentity = Readonly<{ id: string; name: string; kind: string }>;
export type IdentityNames = Readonly<Record<string, NamedIdentity>>;

const most = 3;
/** The first few in words, and how many more there are. */
export const fewOf = (words: readonly string[], last = "or"): string =>
  words.length > most
    ? `${words.slice(0, most - 1).join(", ")} and ${words.length - most + 1} more`
    : joinWords([...words], last);

export type RulePhrase = Readonly<{ label: string; text: string; mono: boolean }>;

/** A rule in a few words: who, what, from where. Parts that fit everything are left out. */
export function rulePhrases(rule: PolicyRule, names: IdentityNames): RulePhrase[] {
  const who = rule.identities.map((id) => names[id]?.name ?? id);
  const phrases: (RulePhrase | null)[] = [
    who.length > 0 ? { label: "who", text: fewOf(who), mono: false } : null,
    rule.kinds.length > 0
      ? { label: "kind", text: fewOf(rule.kinds.map((kind) => kindPlurals[kind])), mono: false }
      : null,
    rule.profiles.length > 0 ? { label: "profile", text: fewOf(rule.profiles), mono: false } : null,
    rule.methods.length > 0 ? { label: "method", text: rule.methods.join(" "), mono: true } : null,
    rule.paths.length > 0 ? { label: "path", text: fewOf(rule.paths), mono: true } : null,
    rule.networks.length > 0 ? { label: "from", text: fewOf(rule.networks), mono: true } : null,
  ];
  return phrases.filter((phrase) => phrase !== null);
}

/** "2 allow, 1 deny", or that it cannot be read. */
export function rulesWords(rules: PolicyDto["rules"]): string {
  if (rules === null) return "Cannot be read";
  const allow = rules.filter(({ effect }) => effect === "allow").length,
    deny = rules.length - allow;
  if (rules.length === 0) return "None: denies everything";
  return [allow > 0 && `${allow} allow`, deny > 0 && `${deny} deny`].filter(Boolean).join(", ");
}
