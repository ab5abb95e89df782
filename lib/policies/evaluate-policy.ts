import { canonicalAddress } from "@/lib/net/address";
import { inNetworks, type Network, parseNetwork } from "@/lib/net/network";
import { type LenientSegment, lenientPath, lenientPattern, matchesLenient } from "./lenient-path";
import {
  matchesPattern,
  normalizePath,
  pathSegments,
  type PathPattern,
  parsePattern,
} from "./path-pattern";
import {
  type PolicyDecision,
  type PolicyDenial,
  type PolicyDenialCode,
  type PolicyVerdict,
  type RuleCondition,
  ruleConditions,
  type PolicyRule,
  type RuleTrace,
} from "./schema";

/** A policy as it decides; rules null: what is stored cannot be read. */
export type PolicyDefinition = Readonly<{
  status: "active" | "retired";
  version: number;
  rules: readonly PolicyRule[] | null;
}>;

/**
 * The request to evaluate. Profile and address are null if unknown; `path` is the request target as
 * it was sent.
 */
export type PolicyRequest = Readonly<{
  identityId: string;
  identityKind: string;
  profile: string | null;
  method: string;
  path: string;
  ip: string | null;
  /** A CORS preflight without a certificate: then nothing is known of the caller. */
  preflight?: true;
}>;

/** A CORS preflight as rules see it. */
export const preflightRequest = (path: string, ip: string | null): PolicyRequest => ({
  identityId: "",
  identityKind: "",
  profile: null,
  method: "OPTIONS",
  path,
  ip,
  preflight: true,
});

type MatchInput = Readonly<{
  facts: PolicyRequest;
  parts: readonly string[];
  /** Read once for all rules that deny, and only if there are any. */
  lenientParts: () => readonly LenientSegment[];
}>;
type Matcher = (question: MatchInput) => boolean;
type CompiledRule = Readonly<{
  name: string;
  effect: "allow" | "deny";
  checks: readonly (readonly [RuleCondition | "preflight", Matcher])[];
}>;
/** A policy made ready to decide many requests. */
export type CompiledPolicy = Readonly<{
  status: "active" | "retired";
  version: number;
  rules: readonly CompiledRule[] | null;
}>;

const methodPattern = /^[A-Z][A-Z-]{0,31}$/;

function pathMatcher(paths: readonly string[], effect: "allow" | "deny"): Matcher {
  const patterns = paths.map((text): PathPattern => {
    const read = parsePattern(text);
    if (typeof read === "string") throw new TypeError(read);
    return read;
  });
  const exact: Matcher = ({ parts }) => patterns.some((pattern) => matchesPattern(pattern, parts));
  if (effect === "allow") return exact;
  const loose = patterns.map(lenientPattern);
  return (question) =>
    exact(question) || loose.some((pattern) => matchesLenient(pattern, question.lenientParts()));
}

/**
 * Servers answer HEAD by doing what they do for GET: who may not have the one may not have the
 * other.
 */
const methodsOf = ({ effect, methods }: PolicyRule): readonly string[] =>
  effect === "deny" && methods.includes("GET") ? [...methods, "HEAD"] : methods;

function networkMatcher(texts: readonly string[], effect: "allow" | "deny"): Matcher {
  const networks: readonly Network[] = texts.map(parseNetwork);
  // An unknown address matches no allow rule and every deny rule.
  return ({ facts: { ip } }) =>
    ip === null || canonicalAddress(ip) === null ? effect === "deny" : inNetworks(ip, networks);
}

function oneOf(values: readonly string[], of: (facts: PolicyRequest) => string | null): Matcher {
  const known = new Set(values);
  return ({ facts }) => known.has(of(facts) ?? "");
}

function matcherFor(rule: PolicyRule, part: RuleCondition): Matcher {
  switch (part) {
    case "identities":
      return oneOf(rule.identities, (facts) => facts.identityId);
    case "kinds":
      return oneOf(rule.kinds, (facts) => facts.identityKind);
    case "profiles": {
      const fits = oneOf(rule.profiles, (facts) => facts.profile);
      return (question) =>
        question.facts.profile === null ? rule.effect === "deny" : fits(question);
    }
    case "methods":
      return oneOf(methodsOf(rule), (facts) => facts.method);
    case "paths":
      return pathMatcher(rule.paths, rule.effect);
    case "networks":
      return networkMatcher(rule.networks, rule.effect);
  }
}

/**
 * Only a rule that says so allows a preflight. A rule that denies holds for preflights as well,
 * unless it is about certain callers: a preflight has none.
 */
function preflightMatcher(rule: PolicyRule): Matcher | null {
  if (rule.preflight === true) return ({ facts }) => facts.preflight === true;
  const { effect, identities, kinds, profiles } = rule;
  return effect === "deny" && [identities, kinds, profiles].every((part) => part.length === 0)
    ? null
    : ({ facts }) => facts.preflight !== true;
}

function compileRule(rule: PolicyRule): CompiledRule {
  const preflight = preflightMatcher(rule);
  const parts = ruleConditions
    .filter((part) => rule[part].length > 0)
    .map((part) => [part, matcherFor(rule, part)] as const);
  return {
    name: rule.name,
    effect: rule.effect,
    checks: preflight === null ? parts : [["preflight", preflight], ...parts],
  };
}

/**
 * Rules that cannot be compiled make the whole policy unreadable: the one left out could be the one
 * that says no.
 */
export function compilePolicy({ status, version, rules }: PolicyDefinition): CompiledPolicy {
  try {
    return { status, version, rules: rules && rules.map(compileRule) };
  } catch {
    return { status, version, rules: null };
  }
}

const firstMismatch = (rule: CompiledRule, question: MatchInput): RuleTrace["failedOn"] =>
  rule.checks.find(([, fits]) => !fits(question))?.[0] ?? null;

const deny = (
  code: PolicyDenialCode,
  message: string,
  version: number | null = null,
): PolicyDenial => ({
  allowed: false,
  code,
  message,
  rule: null,
  version,
});

type PreparedEvaluation = Readonly<{
  version: number;
  rules: readonly CompiledRule[];
  question: MatchInput;
}>;

/** What is asked of the rules, or what is refused before any of them is looked at. */
function prepareEvaluation(
  policy: CompiledPolicy | null,
  facts: PolicyRequest,
): PreparedEvaluation | PolicyDenial {
  if (policy === null)
    return deny(
      "policy.unknown",
      "There is no policy for this service, so nothing is allowed on it. Make one, or correct the name that the proxy asks with.",
    );
  const { version, rules } = policy,
    path = normalizePath(facts.path);
  if (policy.status !== "active")
    return deny(
      "policy.retired",
      "The policy of this service is retired, so nothing is allowed on it.",
      version,
    );
  if (rules === null)
    return deny(
      "policy.unreadable",
      "The policy of this service cannot be read, so every request is denied. Save the policy again.",
      version,
    );
  if (path === null)
    return deny(
      "policy.path",
      "The path is not in its normal form, and servers could read it differently. Ask for it without dot segments, empty parts, semicolons and needless escapes.",
      version,
    );
  if (!methodPattern.test(facts.method))
    return deny("policy.method", "The method is not a word in capital letters.", version);
  return { version, rules, question: makeQuestion(facts, pathSegments(path)) };
}

function makeQuestion(facts: PolicyRequest, parts: readonly string[]): MatchInput {
  let lenient: readonly LenientSegment[] | null = null;
  return { facts, parts, lenientParts: () => (lenient ??= lenientPath(parts)) };
}

function verdictOfRule(version: number, rule: CompiledRule | undefined): PolicyVerdict {
  if (rule === undefined)
    return deny(
      "policy.no-rule",
      "No rule of the policy fits this request, and what no rule allows is denied.",
      version,
    );
  const { name } = rule;
  return rule.effect === "allow"
    ? {
        allowed: true,
        code: "allowed",
        message: `The rule “${name}” allows it.`,
        rule: name,
        version,
      }
    : { ...deny("policy.denied", `The rule “${name}” denies it.`, version), rule: name };
}

/**
 * Decides by the first rule that fits; where none fits, or anything is doubtful, the answer is no.
 * Pure.
 */
export function evaluatePolicy(policy: CompiledPolicy | null, facts: PolicyRequest): PolicyVerdict {
  const prepared = prepareEvaluation(policy, facts);
  return "code" in prepared
    ? prepared
    : verdictOfRule(
        prepared.version,
        prepared.rules.find((rule) => firstMismatch(rule, prepared.question) === null),
      );
}

/** The same decision with what each rule said, in the rules' order. Pure. */
export function evaluateWithTrace(
  stored: PolicyDefinition | null,
  facts: PolicyRequest,
): PolicyDecision {
  const policy = stored && compilePolicy(stored),
    prepared = prepareEvaluation(policy, facts);
  const outcomes =
      "code" in prepared
        ? []
        : prepared.rules.map((rule) => firstMismatch(rule, prepared.question)),
    decided = outcomes.indexOf(null);
  const looked = "code" in prepared ? 0 : decided < 0 ? outcomes.length : decided + 1;
  const trace = (policy?.rules ?? []).map(({ name, effect }, at): RuleTrace => {
    if (at >= looked) return { name, effect, state: "not-reached", failedOn: null };
    return {
      name,
      effect,
      state: at === decided ? "decided" : "passed-over",
      failedOn: outcomes[at] ?? null,
    };
  });
  return { ...evaluatePolicy(policy, facts), trace };
}
