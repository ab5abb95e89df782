import { z } from "@hono/zod-openapi";
import { instant } from "./common";

const identity = z.object({ id: z.string(), name: z.string() }),
  count = z.number().int();

export const use = z
  .object({
    identity,
    certificateId: z.string(),
    network: z.string().openapi({
      description: "The network of the client, as /24 or /48.",
      example: "10.20.30.0/24",
    }),
    service: z.string().openapi({
      description: "The service of the access policy, `chancery`, or the name of a reported event.",
    }),
    count,
    refused: count,
    firstAt: instant,
    lastAt: instant,
    firstSeq: count,
    lastSeq: count,
  })
  .openapi("Use");

export const custody = z
  .object({
    upto: count.openapi({ description: "How many entries have been counted." }),
    size: count.openapi({ description: "How many entries the log has." }),
    hours: count,
    from: instant.openapi({
      description:
        "The start of the period: at least `hours` hours ago, at the start of a step (UTC).",
    }),
    stepHours: count.openapi({ description: "The width of a step in `outcomes`, in hours." }),
    outcomes: z.array(z.object({ at: instant, allowed: count, denied: count, failed: count })),
    services: z
      .array(z.object({ service: z.string(), allowed: count, denied: count, failed: count }))
      .openapi({ description: "The services with the most requests in the period, at most 20." }),
    totals: z.object({
      allowed: count,
      denied: count,
      failed: count,
      identities: count,
      networks: count,
    }),
    uses: z.array(use),
    refusals: z.array(z.object({ code: z.string(), service: z.string(), count, lastAt: instant })),
    neverUsed: z.object({
      count,
      items: z.array(
        z.object({
          id: z.string(),
          subject: z.string(),
          identity,
          issuedAt: instant,
          notAfter: instant,
        }),
      ),
    }),
    byNetworks: z.array(
      z.object({ identity, networks: count, certificates: count, lastAt: instant }),
    ),
    alerts: z.object({ open: count, critical: count, high: count, medium: count, low: count }),
  })
  .openapi("Custody");
