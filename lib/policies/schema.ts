import type { ErrorCode } from "@/lib/errors/codes";
import { z } from "zod";
import { label, note } from "@/lib/format/label";
import { networkText } from "@/lib/net/schema";
import { profileSlug } from "@/lib/profiles/schema";

/** * matches one segment, a final ** everything below. */
const pathPattern = z
  .string()
  .trim()
  .regex(
    /^\/[\x21-\x7e]*$/,
    "Enter a path that starts with /, such as /v1/payments, or /v1/** for everything below.",
  )
  .max(512);
const methodText = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z][A-Z-]{0,31}$/, "Enter a method, such as GET.");

/** The name by which proxies ask; never changes. */
const serviceSlug = profileSlug;

/** What is left empty fits everything. A rule fits if all of its parts do. */
const ruleParts = z.strictObject({
  name: label(
    100,
    "Enter a name for the rule. It’s recorded in every entry that the rule decides.",
  ),
  effect: z.enum(["allow", "deny"]),
  /** Ids of identities. */
  identities: z.array(z.string().max(64)).max(1000).default([]),
  kinds: z
    .array(z.enum(["person", "service", "device"]))
    .max(3)
    .default([]),
  /** Slugs of the profiles that certificates were issued by. */
  profiles: z.array(profileSlug).max(100).default([]),
  methods: z.array(methodText).max(20).default([]),
  paths: z.array(pathPattern).max(200).default([]),
  networks: z.array(networkText).max(200).default([]),
  /**
   * Of an allow rule: it fits CORS preflights alone, which browsers send without a certificate. So
   * it has no part about the caller, and no methods.
   */
  preflight: z.boolean().optional(),
});
export const policyRule = ruleParts.superRefine(checkPreflight);
export type PolicyRule = z.infer<typeof ruleParts>;

/** What a rule for preflights can't have: nobody is known, and the method is always OPTIONS. */
const partsOfCaller = ["identities", "kinds", "profiles", "methods"] as const;

function checkPreflight(rule: PolicyRule, context: z.core.$RefinementCtx): void {
  if (rule.preflight !== true) return;
  if (rule.effect === "deny")
    context.addIssue({
      code: "custom",
      path: ["effect"],
      message: "Preflights are denied unless a rule allows them. Make it an allow rule.",
    });
  for (const part of partsOfCaller)
    if (rule[part].length > 0)
      context.addIssue({
        code: "custom",
        path: [part],
        message:
          "A preflight has no certificate, and its method is always OPTIONS. Leave this empty, or make a rule that isn’t for preflights.",
      });
}

/** The first rule that fits decides; where none fits the answer is no. */
const policyRules = z.array(policyRule).max(100).superRefine(checkNames);

/** As stored: earlier versions took any characters in a rule's name. */
export const storedPolicyRules = z
  .array(ruleParts.extend({ name: z.string().trim().min(1).max(100) }).superRefine(checkPreflight))
  .max(100)
  .superRefine(checkNames);

function checkNames(
  rules: readonly Readonly<{ name: string }>[],
  context: z.core.$RefinementCtx,
): void {
  const names = rules.map((rule) => rule.name.toLowerCase());
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        message: "Another rule already has this name.",
      });
  });
}

export const policyInput = z.strictObject({
  service: serviceSlug,
  name: label(100, "Enter a name for the service."),
  description: note(500).default(""),
  rules: policyRules,
});
export type PolicyInput = z.infer<typeof policyInput>;

/** `version` prevents overwriting another user's changes. */
export const policyChange = policyInput
  .omit({ service: true })
  .partial()
  .extend({
    version: z.number().int().min(1).optional(),
    status: z.enum(["active", "retired"]).optional(),
  });
export type PolicyChange = z.infer<typeof policyChange>;

export type PolicyDto = Readonly<{
  id: string;
  service: string;
  name: string;
  description: string;
  status: "active" | "retired";
  version: number;
  /** Null: what is stored cannot be read, and every request is denied. */
  rules: readonly PolicyRule[] | null;
  createdAt: string;
  changedAt: string;
}>;

/**
 * A question to the tester: whether this certificate (or any of this identity) may do this. Rules
 * may be given to try them before they are saved.
 */
export const policyTest = z.strictObject({
  certificate: z.string().trim().max(128).optional(),
  identity: z.string().trim().max(64).optional(),
  method: methodText.default("GET"),
  path: z.string().trim().max(2048).default("/"),
  ip: z.string().trim().max(45).default(""),
  rules: policyRules.optional(),
});
export type PolicyTest = z.infer<typeof policyTest>;

export const ruleConditions = [
  "identities",
  "kinds",
  "profiles",
  "methods",
  "paths",
  "networks",
] as const;
export type RuleCondition = (typeof ruleConditions)[number];
/**
 * `failedOn`: the first part that did not fit, "preflight" if the rule is for the other kind of
 * request; null for the rule that decided. Rules after it are not looked at.
 */
export type RuleTrace = Readonly<{
  name: string;
  effect: "allow" | "deny";
  state: "decided" | "passed-over" | "not-reached";
  failedOn: RuleCondition | "preflight" | null;
}>;
/** Why a policy denies a request; the catalogue of error codes says when each occurs. */
export type PolicyDenialCode = Extract<
  ErrorCode,
  | "policy.denied"
  | "policy.no-rule"
  | "policy.path"
  | "policy.method"
  | "policy.unreadable"
  | "policy.retired"
  | "policy.unknown"
>;
export type PolicyDenial = Readonly<{
  allowed: false;
  code: PolicyDenialCode;
  message: string;
  /** The rule that denies; null if the policy denies without one. */
  rule: string | null;
  version: number | null;
}>;
export type PolicyVerdict =
  | Readonly<{ allowed: true; code: "allowed"; message: string; rule: string; version: number }>
  | PolicyDenial;
export type PolicyDecision = PolicyVerdict & Readonly<{ trace: readonly RuleTrace[] }>;
/** What the tester answers: the certificate's own state first, then the policy. */
export type PolicyTestResult = Readonly<{
  allowed: boolean;
  certificate: Readonly<{ ok: boolean; code: string; message: string }>;
  policy: PolicyDecision;
}>;
