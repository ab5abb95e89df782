import { z } from "@hono/zod-openapi";
import { alertStatuses, resolutions, ruleNames, severities } from "@/lib/alerts/schema";
import { entry } from "@/server/api/schemas/audit";
import { entryId, instant, pageOf } from "@/server/api/schemas/common";

const subject = z
  .object({ kind: z.string(), id: z.string(), label: z.string() })
  .openapi("AlertSubject", {
    description:
      "What it is about: an identity, a certificate, a network, an account, an authority, the log …",
  });
const rule = z.enum(ruleNames),
  severity = z.enum(severities);

export const assignee = z
  .object({
    id: z.string().openapi({ example: "usr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    label: z.string().openapi({ description: "As in the log.", example: "operator@example.com" }),
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
    surprise: z.string().openapi({ description: "What was seen." }),
    baseline: z.string().openapi({ description: "What is usual there." }),
    count: z
      .number()
      .int()
      .openapi({ description: "How often the rule was struck since it opened." }),
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
    unchanged: z
      .boolean()
      .optional()
      .openapi({
        description: "Of an answer: true if it changed nothing, as somebody had given it before.",
      }),
  })
  .openapi("Alert", {
    description: "One for a rule and a subject, as long as nobody has resolved it.",
  });

export const alertPage = pageOf(alert).extend({
  counts: z
    .object({ open: z.number().int(), acknowledged: z.number().int(), resolved: z.number().int() })
    .openapi({ description: "Of the other filters, by status." }),
});

export const alertDetail = z
  .object({
    alert,
    entries: pageOf(entry).openapi({
      description: "The entries behind it, the newest first; at most the newest thousand are kept.",
    }),
    history: z.array(entry).openapi({ description: "What was done about it, the oldest first." }),
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
      .openapi({ description: "Only from this network; null: from anywhere." }),
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
    explanation: z.string().openapi({ description: "What it looks for, and why." }),
    quietBecause: z.string().openapi({ description: "What keeps it quiet on healthy traffic." }),
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
      .openapi({ description: "Of the last 30 days." }),
    entryId,
  })
  .openapi("AlertRule");

export const watchState = z
  .object({ upto: z.number().int(), size: z.number().int(), at: instant.nullable() })
  .openapi("WatchState", { description: "The rules have read `upto` of `size` entries." });
