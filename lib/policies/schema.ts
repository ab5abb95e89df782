import { z } from "zod";
import { profileSlug } from "@/lib/profiles/schema";

const words = (most: number) => z.string().trim().max(most, `At most ${most} characters.`);
/** A network as CIDR, or one address. Checked whole by lib/custody/networks. */
export const networkText = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[0-9a-f.:]+(\/\d{1,3})?$/,
    "Write an address or a network, as 10.20.0.0/16 or 2001:db8::/32.",
  )
  .max(49);
/** * stands for one part between slashes, ** at the end for everything below. */
export const pathPattern = z
  .string()
  .trim()
  .regex(
    /^\/[\x21-\x7e]*$/,
    "A path begins with /, such as /v1/payments or /v1/** for everything below.",
  )
  .max(512);
export const methodText = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z][A-Z-]{0,31}$/, "A method, such as GET.");

/** The name by which proxies ask; never changes. */
export const serviceSlug = profileSlug;

/** What is left empty fits everything. A rule fits if all of its parts do. */
export const policyRule = z.strictObject({
  name: words(100).min(1, "Name the rule: it stands in every entry that it decides."),
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
});
export type PolicyRule = z.infer<typeof policyRule>;

/** The first rule that fits decides; where none fits the answer is no. */
export const policyRules = z
  .array(policyRule)
  .max(100)
  .superRefine((rules, context) => {
    const names = rules.map((rule) => rule.name.toLowerCase());
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        context.addIssue({
          code: "custom",
          path: [index, "name"],
          message: "Another rule has this name already.",
        });
    });
  });

export const policyInput = z.strictObject({
  service: serviceSlug,
  name: words(100).min(1, "Name the service."),
  description: words(500).default(""),
  rules: policyRules,
});
export type PolicyInput = z.infer<typeof policyInput>;

/** `version` refuses to overwrite what somebody else changed. */
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
  entryId?: string;
}>;

/** A question to the tester: whether this certificate (or any of this identity) may do this. Rules may be given to try them before they are saved. */
export const policyTest = z.strictObject({
  certificate: z.string().trim().max(128).optional(),
  identity: z.string().trim().max(64).optional(),
  method: methodText.default("GET"),
  path: z.string().trim().max(2048).default("/"),
  ip: z.string().trim().max(45).default(""),
  rules: policyRules.optional(),
});
export type PolicyTest = z.infer<typeof policyTest>;

export const policyParts = [
  "identities",
  "kinds",
  "profiles",
  "methods",
  "paths",
  "networks",
] as const;
export type PolicyPart = (typeof policyParts)[number];
/** `failedOn`: the first part that did not fit; null for the rule that decided. Rules after it are not looked at. */
export type RuleTrace = Readonly<{
  name: string;
  effect: "allow" | "deny";
  state: "decided" | "passed-over" | "not-reached";
  failedOn: PolicyPart | null;
}>;
export type PolicyDecision = Readonly<{
  allowed: boolean;
  /** allowed, policy.denied (a rule says no), policy.no-rule, policy.path (not in its normal form), policy.method (no word in capital letters), policy.unreadable, policy.retired, policy.unknown. */
  code: string;
  message: string;
  rule: string | null;
  version: number | null;
  trace: readonly RuleTrace[];
}>;
/** What the tester answers: the certificate's own state first, then the policy. */
export type PolicyTestResult = Readonly<{
  allowed: boolean;
  certificate: Readonly<{ ok: boolean; code: string; message: string }>;
  policy: PolicyDecision;
  entryId?: string;
}>;
