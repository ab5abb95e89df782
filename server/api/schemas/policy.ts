import { z } from "@hono/zod-openapi";
import { ruleConditions } from "@/lib/policies/schema";
import { entryId, instant } from "./common";

const rule = z
  .object({
    name: z
      .string()
      .openapi({ description: "The name of the rule, recorded in every entry that it decides." }),
    effect: z.enum(["allow", "deny"]),
    identities: z.array(z.string()).openapi({
      description: "Ids of identities. An empty list matches everything, here and below.",
    }),
    kinds: z.array(z.enum(["person", "service", "device"])),
    profiles: z
      .array(z.string())
      .openapi({ description: "Slugs of the profiles that certificates were issued under." }),
    methods: z.array(z.string()).openapi({ example: ["GET", "HEAD"] }),
    paths: z.array(z.string()).openapi({
      description:
        "Path patterns: * matches one segment, ** at the end matches everything below. A trailing slash is ignored.",
      example: ["/v1/payments/*", "/health"],
    }),
    networks: z.array(z.string()).openapi({
      description: "Networks in canonical CIDR form.",
      example: ["10.20.0.0/16"],
    }),
    preflight: z.boolean().optional(),
  })
  .openapi("PolicyRule");

export const policy = z
  .object({
    id: z.string(),
    service: z
      .string()
      .openapi({ description: "The service name that proxies use; it never changes." }),
    name: z.string(),
    description: z.string(),
    status: z
      .enum(["active", "retired"])
      .openapi({ description: "A retired policy allows nothing." }),
    version: z.number().int(),
    rules: z.array(rule).nullable().openapi({
      description:
        "The first matching rule decides; if none matches, the request is denied. Null if the stored rules can't be read: then every request is denied.",
    }),
    createdAt: instant,
    changedAt: instant,
    entryId,
  })
  .openapi("Policy");

const decision = z
  .object({
    allowed: z.boolean(),
    code: z.string().openapi({
      description:
        "The decision: allowed, policy.denied, policy.no-rule, policy.path, policy.method, policy.unreadable, policy.retired or policy.unknown.",
      example: "policy.no-rule",
    }),
    message: z.string(),
    rule: z
      .string()
      .nullable()
      .openapi({ description: "The rule that decided; null if none did." }),
    version: z.number().int().nullable(),
    trace: z.array(
      z.object({
        name: z.string(),
        effect: z.enum(["allow", "deny"]),
        state: z.enum(["decided", "passed-over", "not-reached"]),
        failedOn: z
          .enum([...ruleConditions, "preflight"])
          .nullable()
          .openapi({
            description:
              "The first condition of the rule that did not match; preflight if the rule is for CORS preflights.",
          }),
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
      "What forward auth would decide now: first for the certificate, then by the policy.",
  });
