import { z } from "@hono/zod-openapi";
import { severities } from "@/lib/alerts/schema";
import { destinationConfig, destinationKinds } from "@/lib/delivery/schema";
import { entryId, instant, pageOf } from "./common";

const destinationShape = {
  id: z.string().openapi({ example: "dst_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  kind: z.enum(destinationKinds),
  name: z.string(),
  status: z.enum(["active", "paused", "removed"]),
  config: destinationConfig,
  hasSecret: z
    .boolean()
    .openapi({ description: "Whether a secret is stored. It is never returned." }),
  minSeverity: z
    .enum(severities)
    .openapi({ description: "Alerts below this severity are not sent." }),
  address: z.string().openapi({ description: "Where notifications are sent, on one line." }),
  last: z
    .object({ at: instant, ok: z.boolean(), answer: z.string() })
    .nullable()
    .openapi({ description: "The result of the last attempt." }),
  lastSentAt: instant.nullable().openapi({ description: "The latest attempt that succeeded." }),
  waiting: z.number().int().openapi({ description: "How many notifications are pending." }),
  waitingSince: instant
    .nullable()
    .openapi({ description: "When the first of the pending notifications was created." }),
  nextAt: instant
    .nullable()
    .openapi({ description: "When the next attempt for one of them is due." }),
  createdAt: instant,
  changedAt: instant,
  entryId,
};
export const destination = z.object(destinationShape).openapi("Destination");
export const savedDestination = z
  .object({
    ...destinationShape,
    secret: z.string().nullable().optional().openapi({
      description:
        "The signing key of the webhook, if it was generated. Returned only once; null in a response that is replayed for an Idempotency-Key.",
      example: "chw_…",
    }),
  })
  .openapi("SavedDestination");

const deliveryShape = {
  id: z.string().openapi({
    example: "dlv_01kat8m2wq7h4z0c9d5e6f7g8j",
    description: "The same in every attempt, so that receivers can drop duplicates.",
  }),
  reason: z.enum(["opened", "escalated", "resolved", "test"]),
  status: z.enum(["pending", "sent", "failed"]),
  createdAt: instant,
  finishedAt: instant.nullable(),
  nextAt: instant.nullable(),
  attempts: z.array(
    z.object({
      n: z.number().int(),
      at: instant,
      ok: z.boolean(),
      answer: z.string(),
      milliseconds: z.number().int(),
    }),
  ),
};
export const delivery = z
  .object({
    ...deliveryShape,
    alert: z
      .object({ id: z.string(), summary: z.string(), severity: z.enum(severities) })
      .nullable(),
  })
  .openapi("Delivery");
export const alertDeliveries = pageOf(
  z
    .object({
      ...deliveryShape,
      destination: z.object({
        id: z.string(),
        name: z.string(),
        kind: z.enum(destinationKinds),
        status: z.enum(["active", "paused", "removed"]),
      }),
    })
    .openapi("AlertDelivery"),
).extend({
  takers: z
    .number()
    .int()
    .openapi({ description: "How many active destinations receive alerts of this severity." }),
});
export const testResult = z
  .object({
    delivery,
    ok: z.boolean(),
    answer: z.string(),
    milliseconds: z.number().int(),
    entryId: z.string(),
  })
  .openapi("DeliveryTest");
