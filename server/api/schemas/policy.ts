import { z } from "@hono/zod-openapi";
import { policyParts } from "@/lib/policies/schema";
import { entryId, instant } from "@/server/api/schemas/common";

const rule = z
  .object({
    name: z.string().openapi({ description: "Stands in every entry that the rule decides." }),
    effect: z.enum(["allow", "deny"]),
    identities: z
      .array(z.string())
      .openapi({
        description: "Ids of identities. What is left empty fits everything, here and below.",
      }),
    kinds: z.array(z.enum(["person", "service", "device"])),
    profiles: z
      .array(z.string())
      .openapi({ description: "Slugs of the profiles that the certificates were issued by." }),
    methods: z.array(z.string()).openapi({ example: ["GET", "HEAD"] }),
    paths: z
      .array(z.string())
      .openapi({
        description:
          "* stands for one part between slashes, ** at the end for everything below. A slash at the end makes no difference.",
        example: ["/v1/payments/*", "/health"],
      }),
    networks: z
      .array(z.string())
      .openapi({
        description: "CIDR, in the one form of each network.",
        example: ["10.20.0.0/16"],
      }),
  })
  .openapi("PolicyRule");

export const policy = z
  .object({
    id: z.string(),
    service: z
      .string()
      .openapi({ description: "The name by which proxies ask; it never changes." }),
    name: z.string(),
    description: z.string(),
    status: z
      .enum(["active", "retired"])
      .openapi({ description: "A retired policy allows nothing." }),
    version: z.number().int(),
    rules: z
      .array(rule)
      .nullable()
      .openapi({
        description:
          "The first rule that fits decides; where none fits the answer is no. Null: what is stored cannot be read, and every request is denied.",
      }),
    createdAt: instant,
    changedAt: instant,
    entryId,
  })
  .openapi("Policy");

const decision = z
  .object({
    allowed: z.boolean(),
    code: z
      .string()
      .openapi({
        description:
          "allowed, policy.denied, policy.no-rule, policy.path, policy.method, policy.unreadable, policy.retired or policy.unknown.",
        example: "policy.no-rule",
      }),
    message: z.string(),
    rule: z.string().nullable().openapi({ description: "The rule that decided." }),
    version: z.number().int().nullable(),
    trace: z.array(
      z.object({
        name: z.string(),
        effect: z.enum(["allow", "deny"]),
        state: z.enum(["decided", "passed-over", "not-reached"]),
        failedOn: z
          .enum(policyParts)
          .nullable()
          .openapi({ description: "The first part of the rule that did not fit." }),
      }),
    ),
  })
  .openapi("PolicyDecision");

export const policyTestResult = z
  .object({
    allowed: z.boolean(),
    certificate: z.object({ ok: z.boolean(), code: z.string(), message: z.string() }),
    policy: decision,
    entryId,
  })
  .openapi("PolicyTestResult", {
    description:
      "What forward auth would answer now: first whether the certificate counts, then what the policy says.",
  });
