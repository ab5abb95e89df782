import { z } from "@hono/zod-openapi";
import { decision, instant } from "@/server/api/schemas/common";

const thing = z.object({ kind: z.string(), id: z.string(), label: z.string() });

export const entry = z
  .object({
    seq: z.number().int().openapi({ description: "Its number in the log, dense from 0." }),
    id: z.string().openapi({ example: "ent_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    ts: instant,
    action: z.string().openapi({ example: "certificate.issued" }),
    outcome: z.enum(["success", "denied", "failure"]),
    reason: z.string().nullable(),
    actor: z.object({ kind: z.string(), id: z.string().nullable(), label: z.string() }),
    target: thing.nullable(),
    credential: z
      .object({
        certificateId: z.string().nullable(),
        serial: z.string(),
        fingerprintSha256: z.string(),
      })
      .nullable(),
    origin: z.object({
      ip: z.string().nullable(),
      port: z.number().int().nullable(),
      userAgent: z.string().nullable(),
      via: z.array(z.string()),
    }),
    requestId: z.string(),
    correlationId: z.string(),
    decision: decision.nullable(),
    details: z.record(z.string(), z.unknown()),
    sentence: z.string().openapi({ description: "The entry in one plain sentence." }),
  })
  .openapi("Entry");

export const entryDetail = z
  .object({
    seq: z.number().int(),
    id: z.string(),
    record: z
      .record(z.string(), z.unknown())
      .openapi({ description: "The record as it is hashed." }),
    leafHashHex: z.string(),
    sequencedAt: instant,
    bytesText: z
      .string()
      .openapi({ description: "The exact bytes of the entry, RFC 8785 canonical JSON." }),
    sentence: z.string(),
  })
  .openapi("EntryDetail");
