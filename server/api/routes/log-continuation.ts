import { z } from "@hono/zod-openapi";
import { continueLog } from "@/lib/log/publish/continue-log";
import { defineRoute } from "@/server/api/define-route";

const body = z.strictObject({
  comment: z
    .string()
    .openapi({
      description:
        "Why: what happened, and what was done about the entries that are missing. It stays on the record.",
      example: "restored the backup of 02:00 after the disk failed",
    }),
});

const continuation = z
  .object({
    generation: z.number().int().openapi({ description: "Counts the logs of this chain, from 1." }),
    origin: z.string().openapi({ example: "ca.example.com/log/4f1c9a02" }),
    vkey: z.string().openapi({ description: "The new log's verifier key (C2SP signed-note)." }),
    previousOrigin: z.string(),
    size: z.number().int().openapi({ description: "Entries that were kept." }),
    lost: z
      .number()
      .int()
      .openapi({ description: "Entries that the previous log had signed beyond those." }),
    proven: z
      .number()
      .int()
      .nullable()
      .openapi({
        description:
          "So many of the kept entries fit a checkpoint of the previous log that the database still holds.",
      }),
    entryId: z.string(),
  })
  .openapi("Continuation");

export const logContinuationRoutes = [
  defineRoute({
    tag: "Audit",
    reads: "log.read",
    method: "post",
    path: "/audit/continuations",
    permission: "log.continue",
    summary: "Continue a halted log",
    description:
      "After a restore that lost entries the log stands still. This goes on with the entries that are left, under a new name and a new key; its first entry names the old log, its last checkpoint and what was lost. Bring the missing entries back instead if you can: this cannot be undone.",
    body,
    status: 201,
    response: continuation,
    target: ({ origin }) => ({ kind: "log", id: origin, label: origin }),
    handle: (deps, actor, { body: input }) => continueLog(deps, actor, input),
  }),
];
