import type { PolicyRule } from "@/lib/policies/schema";

/** A rule in the editor. The key stays with it however often it is moved or renamed. */
export type EditRule = Readonly<{ key: string; rule: PolicyRule }>;
/** `made` counts the keys, so that none is used twice. */
export type RuleState = Readonly<{ made: number; rules: readonly EditRule[] }>;
export type RuleStep =
  | Readonly<{ type: "add"; effect: PolicyRule["effect"] }>
  | Readonly<{ type: "change"; key: string; change: Partial<PolicyRule> }>
  | Readonly<{ type: "move"; key: string; by: 1 | -1 }>
  | Readonly<{ type: "copy" | "remove"; key: string }>
  | Readonly<{ type: "reset"; rules: readonly PolicyRule[] }>;

const empty: Omit<PolicyRule, "name" | "effect"> = {
  identities: [],
  kinds: [],
  profiles: [],
  methods: [],
  paths: [],
  networks: [],
};

/** Rules as they are stored, ready to be edited. */
export const startRules = (rules: readonly PolicyRule[]): RuleState => ({
  made: rules.length,
  rules: rules.map((rule, at) => ({ key: `rule-${at}`, rule })),
});

/**
 * The name, with a number if another rule has it: entries record rules by name, so names are
 * unique.
 */
function freeName(wanted: string, rules: readonly EditRule[]): string {
  const taken = new Set(rules.map(({ rule }) => rule.name.toLowerCase()));
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

function inserted({ made, rules }: RuleState, at: number, rule: PolicyRule): RuleState {
  return { made: made + 1, rules: rules.toSpliced(at, 0, { key: `rule-${made}`, rule }) };
}

function moved(rules: readonly EditRule[], from: number, to: number): readonly EditRule[] {
  const rule = rules[from];
  return rule === undefined || to < 0 || to >= rules.length
    ? rules
    : rules.toSpliced(from, 1).toSpliced(to, 0, rule);
}

/** The rules after one step of editing. A step about a rule that is not there changes nothing. */
export function editRules(state: RuleState, step: RuleStep): RuleState {
  const { rules } = state;
  if (step.type === "reset")
    return {
      made: state.made + step.rules.length,
      rules: step.rules.map((rule, at) => ({ key: `rule-${state.made + at}`, rule })),
    };
  if (step.type === "add")
    return inserted(state, rules.length, {
      ...empty,
      name: freeName(step.effect === "allow" ? "Allow" : "Deny", rules),
      effect: step.effect,
    });
  const at = rules.findIndex(({ key }) => key === step.key),
    current = rules[at];
  if (current === undefined) return state;
  switch (step.type) {
    case "change":
      return {
        ...state,
        rules: rules.with(at, { ...current, rule: { ...current.rule, ...step.change } }),
      };
    case "move":
      return { ...state, rules: moved(rules, at, at + step.by) };
    case "copy":
      return inserted(state, at + 1, {
        ...current.rule,
        name: freeName(`${current.rule.name} copy`.slice(0, 96), rules),
      });
    case "remove":
      return { ...state, rules: rules.toSpliced(at, 1) };
  }
}

/** Whether both lists have the same rules in the same order. */
export const sameRules = (one: readonly PolicyRule[], other: readonly PolicyRule[]): boolean =>
  JSON.stringify(one.map(parts)) === JSON.stringify(other.map(parts));

const parts = ({
  name,
  effect,
  identities,
  kinds,
  profiles,
  methods,
  paths,
  networks,
  preflight = false,
}: PolicyRule) => [name, effect, identities, kinds, profiles, methods, paths, networks, preflight];
