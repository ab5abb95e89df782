import { z } from "@hono/zod-openapi";
import { severities } from "@/lib/alerts/schema";
import { destinationConfig, destinationKinds } from "@/lib/delivery/schema";
import { entryId, instant, pageOf } from "@/server/api/schemas/common";

const destinationShape = {
  id: z.string().openapi({ example: "dst_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  kind: z.enum(destinationKinds),
  name: z.string(),
  status: z.enum(["active", "paused", "removed"]),
  config: destinationConfig,
  hasSecret: z
    .boolean()
    .openapi({ description: "Whether there is a secret. It is never given back." }),
  minSeverity: z.enum(severities).openapi({ description: "Alerts below it are not sent here." }),
  address: z.string().openapi({ description: "Where it goes, in one line." }),
  last: z
    .object({ at: instant, ok: z.boolean(), answer: z.string() })
    .nullable()
    .openapi({ description: "How the last attempt ended." }),
  waiting: z.number().int().openapi({ description: "Deliveries that are still to be sent." }),
  createdAt: instant,
  changedAt: instant,
  entryId,
};
export const destination = z.object(destinationShape).openapi("Destination");
export const savedDestination = z
  .object({
    ...destinationShape,
    secret: z
      .string()
      .nullable()
      .optional()
      .openapi({
        description:
          "The webhook's key, if it was made here: in this answer alone; null when the answer is repeated for an Idempotency-Key.",
        example: "chw_…",
      }),
  })
  .openapi("SavedDestination");

const deliveryShape = {
  id: z
    .string()
    .openapi({
      example: "dlv_01kat8m2wq7h4z0c9d5e6f7g8j",
      description: "The same in every repetition: receivers drop by it what they have.",
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
    .openapi({ description: "How many active destinations want alerts of this severity now." }),
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
