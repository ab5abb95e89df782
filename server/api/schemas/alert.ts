import { z } from "@hono/zod-openapi";
import { alertStatuses, resolutions, ruleNames, severities } from "@/lib/alerts/schema";
import { entry } from "./audit";
import { entryId, instant, pageOf, twoWayPageOf } from "./common";

const subject = z
  .object({ kind: z.string(), id: z.string(), label: z.string() })
  .openapi("AlertSubject", {
    description:
      "What the alert is about: an identity, a certificate, a network, a user, a CA, the log …",
  });
const rule = z.enum(ruleNames),
  severity = z.enum(severities);

export const assignee = z
  .object({
    id: z.string().openapi({ example: "usr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    label: z
      .string()
      .openapi({ description: "The label that entries use.", example: "operator@example.com" }),
  })
  .openapi("Assignee");

export const alert = z
  .object({
    id: z.string().openapi({ example: "alr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    rule,
    ruleTitle: z.string(),
    severity,
    status: z.enum(alertStatuses),
    subject,
    identityId: z.string().nullable(),
    summary: z.string(),
    surprise: z.string().openapi({ description: "What was observed." }),
    baseline: z.string().openapi({ description: "What is usual for this subject." }),
    count: z
      .number()
      .int()
      .openapi({ description: "How often the rule matched since the alert was opened." }),
    firstAt: instant,
    lastAt: instant,
    firstSeq: z.number().int().nullable(),
    lastSeq: z.number().int().nullable(),
    openedAt: instant,
    assignedTo: assignee.nullable(),
    acknowledged: z.object({ by: z.string(), at: instant }).nullable(),
    resolved: z
      .object({ by: z.string(), at: instant, resolution: z.enum(resolutions), comment: z.string() })
      .nullable(),
    entryId,
    unchanged: z.boolean().optional().openapi({
      description: "True if the request changed nothing, because it had been made before.",
    }),
  })
  .openapi("Alert", {
    description: "There is one unresolved alert per rule and subject.",
  });

export const alertPage = twoWayPageOf(alert).extend({
  counts: z
    .object({ open: z.number().int(), acknowledged: z.number().int(), resolved: z.number().int() })
    .openapi({ description: "Alerts by status that match the other filters." }),
});

export const alertDetail = z
  .object({
    alert,
    entries: pageOf(entry).openapi({
      description: "The entries behind the alert, newest first. The newest 1,000 are kept.",
    }),
    history: z
      .array(entry)
      .openapi({ description: "What was done about the alert, oldest first." }),
  })
  .openapi("AlertDetail");

export const exception = z
  .object({
    id: z.string(),
    rule,
    subject,
    network: z
      .string()
      .nullable()
      .openapi({ description: "Applies only to this network; null for any." }),
    comment: z.string(),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant,
    endedAt: instant.nullable(),
    entryId,
  })
  .openapi("AlertException");

export const alertRule = z
  .object({
    name: rule,
    title: z.string(),
    explanation: z.string().openapi({ description: "What the rule detects, and why." }),
    quietBecause: z.string().openapi({ description: "Why it stays quiet on healthy traffic." }),
    enabled: z.boolean(),
    severity,
    defaultSeverity: severity,
    values: z.array(
      z.object({
        key: z.string(),
        label: z.string(),
        unit: z.string(),
        value: z.number(),
        defaultValue: z.number(),
        min: z.number(),
        max: z.number(),
      }),
    ),
    alerts: z
      .object({ total: z.number().int(), expected: z.number().int(), malicious: z.number().int() })
      .openapi({ description: "Alerts of the last 30 days, by resolution." }),
    entryId,
  })
  .openapi("AlertRule");

export const watchState = z
  .object({ upto: z.number().int(), size: z.number().int(), at: instant.nullable() })
  .openapi("WatchState", { description: "How many entries the alert rules have read." });
