import { canonicalAddress, inNetworks, parseNetwork } from "@/lib/custody/networks";
import type { Network } from "@/lib/custody/networks";
import {
  fitsPattern,
  loosePattern,
  looseParts,
  normalPath,
  partsOf,
  readPattern,
} from "./normal-path";
import type { PathPattern } from "./normal-path";
import type { PolicyDecision, PolicyPart, PolicyRule, RuleTrace } from "./schema";
import { policyParts } from "./schema";

/** A policy as it decides; rules null: what is stored cannot be read. */
export type DecidingPolicy = Readonly<{
  status: "active" | "retired";
  version: number;
  rules: readonly PolicyRule[] | null;
}>;

/** What is asked. Profile and address are null where nobody knows them; `path` is the request's target as it was sent. */
export type PolicyFacts = Readonly<{
  identityId: string;
  identityKind: string;
  profile: string | null;
  method: string;
  path: string;
  ip: string | null;
}>;

type Question = Readonly<{ facts: PolicyFacts; parts: readonly string[] }>;
type Fits = (question: Question) => boolean;
type CompiledRule = Readonly<{
  name: string;
  effect: "allow" | "deny";
  checks: readonly (readonly [PolicyPart, Fits])[];
}>;
/** A policy made ready to decide many requests. */
export type CompiledPolicy = Readonly<{
  status: "active" | "retired";
  version: number;
  rules: readonly CompiledRule[] | null;
}>;

/** What decided, without the trace: for those who decide thousands a second. */
export type Verdict = Omit<PolicyDecision, "trace">;

const method = /^[A-Z][A-Z-]{0,31}$/;

function pathChecks(paths: readonly string[], effect: "allow" | "deny"): Fits {
  const patterns = paths.map((text): PathPattern => {
    const read = readPattern(text);
    if (typeof read === "string") throw new TypeError(read);
    return read;
  });
  const exact: Fits = ({ parts }) => patterns.some((pattern) => fitsPattern(pattern, parts));
  if (effect === "allow") return exact;
  const loose = patterns.map(loosePattern);
  return (question) =>
    exact(question) || loose.some((pattern) => fitsPattern(pattern, looseParts(question.parts)));
}

/** Servers answer HEAD by doing what they do for GET: who may not have the one may not have the other. */
const methodsOf = ({ effect, methods }: PolicyRule): readonly string[] =>
  effect === "deny" && methods.includes("GET") ? [...methods, "HEAD"] : methods;

function networkCheck(texts: readonly string[], effect: "allow" | "deny"): Fits {
  const networks: readonly Network[] = texts.map(parseNetwork);
  // An address that nobody knows opens nothing, and escapes no rule that closes.
  return ({ facts: { ip } }) =>
    ip === null || canonicalAddress(ip) === null ? effect === "deny" : inNetworks(ip, networks);
}

function within(values: readonly string[], of: (facts: PolicyFacts) => string | null): Fits {
  const known = new Set(values);
  return ({ facts }) => known.has(of(facts) ?? "");
}

function checkOf(rule: PolicyRule, part: PolicyPart): Fits {
  switch (part) {
    case "identities":
      return within(rule.identities, (facts) => facts.identityId);
    case "kinds":
      return within(rule.kinds, (facts) => facts.identityKind);
    case "profiles": {
      const fits = within(rule.profiles, (facts) => facts.profile);
      return (question) =>
        question.facts.profile === null ? rule.effect === "deny" : fits(question);
    }
    case "methods":
      return within(methodsOf(rule), (facts) => facts.method);
    case "paths":
      return pathChecks(rule.paths, rule.effect);
    case "networks":
      return networkCheck(rule.networks, rule.effect);
  }
}

function compileRule(rule: PolicyRule): CompiledRule {
  return {
    name: rule.name,
    effect: rule.effect,
    checks: policyParts
      .filter((part) => rule[part].length > 0)
      .map((part) => [part, checkOf(rule, part)] as const),
  };
}

/** Rules that cannot be compiled make the whole policy unreadable: the one left out could be the one that says no. */
export function compilePolicy({ status, version, rules }: DecidingPolicy): CompiledPolicy {
  try {
    return { status, version, rules: rules && rules.map(compileRule) };
  } catch {
    return { status, version, rules: null };
  }
}

const failedOn = (rule: CompiledRule, question: Question): PolicyPart | null =>
  rule.checks.find(([, fits]) => !fits(question))?.[0] ?? null;

const no = (code: string, message: string, version: number | null = null): Verdict => ({
  allowed: false,
  code,
  message,
  rule: null,
  version,
});

type Ready = Readonly<{ version: number; rules: readonly CompiledRule[]; question: Question }>;

/** What is asked of the rules, or what is refused before any of them is looked at. */
function ready(policy: CompiledPolicy | null, facts: PolicyFacts): Ready | Verdict {
  if (policy === null)
    return no(
      "policy.unknown",
      "There is no policy for this service, so nothing is allowed on it. Make one, or correct the name that the proxy asks with.",
    );
  const { version, rules } = policy,
    path = normalPath(facts.path);
  if (policy.status !== "active")
    return no(
      "policy.retired",
      "The policy of this service is retired, so nothing is allowed on it.",
      version,
    );
  if (rules === null)
    return no(
      "policy.unreadable",
      "The policy of this service cannot be read, so nothing is allowed on it. Save it anew.",
      version,
    );
  if (path === null)
    return no(
      "policy.path",
      "The path is not in its normal form, and servers could read it differently. Ask for it without dot segments, empty parts, semicolons and needless escapes.",
      version,
    );
  if (!method.test(facts.method))
    return no("policy.method", "The method is not a word in capital letters.", version);
  return { version, rules, question: { facts, parts: partsOf(path) } };
}

function verdictOf(version: number, rule: CompiledRule | undefined): Verdict {
  if (rule === undefined)
    return no(
      "policy.no-rule",
      "No rule of the policy fits this request, and what no rule allows is denied.",
      version,
    );
  const allowed = rule.effect === "allow";
  return {
    allowed,
    code: allowed ? "allowed" : "policy.denied",
    message: `The rule “${rule.name}” ${allowed ? "allows" : "denies"} it.`,
    rule: rule.name,
    version,
  };
}

/** Decides by the first rule that fits; where none fits, or anything is doubtful, the answer is no. Pure. */
export function decideQuickly(policy: CompiledPolicy | null, facts: PolicyFacts): Verdict {
  const asked = ready(policy, facts);
  return "code" in asked
    ? asked
    : verdictOf(
        asked.version,
        asked.rules.find((rule) => failedOn(rule, asked.question) === null),
      );
}

/** The same decision with what each rule said, in the rules' order. Pure. */
export function decideRequest(stored: DecidingPolicy | null, facts: PolicyFacts): PolicyDecision {
  const policy = stored && compilePolicy(stored),
    asked = ready(policy, facts);
  const outcomes = "code" in asked ? [] : asked.rules.map((rule) => failedOn(rule, asked.question)),
    decided = outcomes.indexOf(null);
  const looked = "code" in asked ? 0 : decided < 0 ? outcomes.length : decided + 1;
  const trace = (policy?.rules ?? []).map(({ name, effect }, at): RuleTrace => {
    if (at >= looked) return { name, effect, state: "not-reached", failedOn: null };
    return {
      name,
      effect,
      state: at === decided ? "decided" : "passed-over",
      failedOn: outcomes[at] ?? null,
    };
  });
  return { ...decideQuickly(policy, facts), trace };
}
