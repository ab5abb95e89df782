import { z } from "@hono/zod-openapi";
import { instant } from "./common";

const hex = z.string().openapi({
  description: "A SHA-256 hash, in hexadecimal.",
  example: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
});
const path = z.array(z.string()).openapi({
  description: "The hashes of the proof in base64, from the leaf up (RFC 6962 §2.1.1, §2.1.2).",
});
const note = z
  .string()
  .openapi({ description: "A signed checkpoint (C2SP tlog-checkpoint), byte for byte." });
const trust = z.enum(["witnessed", "signed", "unsealed"]).openapi({
  description:
    "witnessed: cosigned as the witness policy requires; signed: signed by the log only; unsealed: not covered by a checkpoint yet.",
});

const checkpoint = z
  .object({
    origin: z.string(),
    size: z.number().int(),
    rootHex: hex,
    note,
    signedAt: instant,
    publishedAt: instant.nullable(),
    cosignedBy: z.array(z.string()),
  })
  .openapi("Checkpoint");

export const anchor = z
  .object({ origin: z.string(), size: z.number().int(), authority: z.string(), stampedAt: instant })
  .openapi("Anchor", { description: "An RFC 3161 time stamp of a checkpoint." });

const halt = z.object({
  code: z.enum(["log.smaller-than-remembered", "log.differs-from-remembered", "log.restored"]),
  message: z.string(),
  at: instant,
  origin: z.string(),
  rememberedSize: z.number().int(),
  rememberedRootHex: hex,
  foundSize: z.number().int(),
  rememberedNote: note,
});

const verification = z.object({
  seq: z.number().int(),
  at: instant,
  ok: z.boolean(),
  level: trust,
  size: z.number().int(),
  milliseconds: z.number(),
  problems: z.array(z.string()),
  checks: z.array(
    z.object({ name: z.string(), checked: z.number().int(), problems: z.number().int() }),
  ),
});

export const logState = z
  .object({
    logs: z
      .array(
        z.object({
          generation: z.number().int(),
          origin: z.string(),
          vkey: z.string(),
          startSize: z.number().int(),
          openedAt: instant,
          previousNote: note.nullable(),
        }),
      )
      .openapi({
        description:
          "The log and those that it continues, newest first. Each is served permanently at /log/{last segment of its origin}/.",
      }),
    size: z.number().int(),
    indexedTo: z.number().int(),
    treeSize: z.number().int(),
    backlog: z.number().int(),
    checkpoint: checkpoint.nullable(),
    level: trust,
    witnesses: z.array(
      z.object({
        name: z.string(),
        vkey: z.string(),
        url: z.string().nullable(),
        size: z.number().int().nullable(),
        cosignedAt: instant.nullable(),
        error: z.string().nullable(),
        errorAt: instant.nullable(),
      }),
    ),
    quorum: z.string(),
    anchors: z.object({
      count: z.number().int(),
      last: anchor.nullable(),
      configured: z.boolean(),
      problem: z.string().nullable().optional(),
    }),
    sources: z.array(
      z.object({
        id: z.string(),
        boot: z.string(),
        arrived: z.number().int(),
        settled: z.number().int(),
        missing: z.string(),
        missingCount: z.number().int(),
        unsettled: z.string(),
        unsettledCount: z.number().int(),
        lastSeenAt: instant,
        ended: z.boolean(),
      }),
    ),
    verification: verification.nullable(),
    halted: halt.nullable(),
  })
  .openapi("LogState");

export const inclusionProof = z
  .object({
    seq: z.number().int(),
    leafHashHex: hex,
    size: z.number().int(),
    rootHex: hex,
    path,
    checkpoint: note.nullable(),
  })
  .openapi("InclusionProof");
export const consistencyProof = z
  .object({
    from: z.number().int(),
    fromRootHex: hex,
    to: z.number().int(),
    toRootHex: hex,
    path,
    checkpoint: note.nullable(),
  })
  .openapi("ConsistencyProof");
