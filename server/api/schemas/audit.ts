import { z } from "@hono/zod-openapi";
import { type EntryProblem, entryProblems } from "@/lib/log/read-entry";
import { decision, instant } from "./common";

const thing = z.object({ kind: z.string(), id: z.string(), label: z.string() });

const unreadable = z.enum(Object.keys(entryProblems) as [EntryProblem]).nullable();

export const entry = z
  .object({
    seq: z
      .number()
      .int()
      .openapi({ description: "The number of the entry in the log, from 0 without gaps." }),
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
    sentence: z.string().openapi({ description: "The entry as one sentence." }),
    unreadable: unreadable.openapi({
      description:
        "Null for every entry that Chancery wrote. Otherwise why its bytes can't be read: then `ts` is when it was numbered, `action` is `unreadable`, and the other members are empty.",
    }),
  })
  .openapi("Entry");

export const entryDetail = z
  .object({
    seq: z.number().int(),
    id: z.string(),
    record: z.record(z.string(), z.unknown()).nullable().openapi({
      description: "The entry, parsed from the hashed bytes. Null if they can't be read.",
    }),
    leafHashHex: z.string(),
    sequencedAt: instant,
    bytesText: z.string().nullable().openapi({
      description:
        "The exact bytes of the entry (RFC 8785 canonical JSON). Null if they can't be read.",
    }),
    sentence: z.string(),
    unreadable: unreadable.openapi({
      description: "Null, or why the bytes of this entry can't be read.",
    }),
    bytesBase64: z
      .string()
      .nullable()
      .openapi({ description: "The exact bytes of an entry that can't be read, in Base64." }),
  })
  .openapi("EntryDetail");

export const histogram = z
  .object({
    stepMs: z.number().int().openapi({ description: "The length of a step in milliseconds." }),
    steps: z.array(
      z.object({
        from: instant,
        success: z.number().int(),
        denied: z.number().int(),
        failure: z.number().int(),
      }),
    ),
    indexedTo: z.number().int(),
  })
  .openapi("EntryHistogram");

export const actionGroup = z
  .object({
    label: z.string().openapi({ example: "Certificates" }),
    choices: z.array(
      z.object({
        value: z.string().openapi({ example: "certificate.revoked" }),
        label: z.string().openapi({ example: "Certificate revoked" }),
      }),
    ),
  })
  .openapi("ActionGroup");
