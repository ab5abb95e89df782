import { z } from "@hono/zod-openapi";
import { note } from "@/lib/format/label";
import { continueLog } from "@/lib/log/publish/continue-log";
import { defineRecordedRoute } from "@/server/api/define-route";

/** The use case has the limit that callers meet. */
const maxBodyChars = 1_000_000;
const body = z.strictObject({
  comment: note(maxBodyChars).openapi({
    description:
      "Why: what happened, and what was done about the missing entries. Recorded in the audit log.",
    example: "restored the backup of 02:00 after the disk failed",
  }),
});

const continuation = z
  .object({
    generation: z
      .number()
      .int()
      .openapi({ description: "The position of the new log in the chain of logs, from 1." }),
    origin: z.string().openapi({ example: "ca.example.com/log/4f1c9a02" }),
    vkey: z
      .string()
      .openapi({ description: "The verifier key of the new log (C2SP signed-note)." }),
    previousOrigin: z.string(),
    size: z.number().int().openapi({ description: "How many entries were kept." }),
    lost: z
      .number()
      .int()
      .openapi({ description: "How many more entries the previous log had signed." }),
    proven: z.number().int().nullable().openapi({
      description:
        "How many of the kept entries are proven by a checkpoint of the previous log in the database.",
    }),
    entryId: z.string(),
  })
  .openapi("Continuation");

export const logContinuationRoutes = [
  defineRecordedRoute({
    tag: "Audit",
    reads: "log.read",
    method: "post",
    path: "/audit/continuations",
    permission: "log.continue",
    summary: "Continue a halted log",
    description:
      "After a restore that lost entries, the log is halted. This continues it with the remaining entries, under a new origin and a new key; its first entry names the old log, its last checkpoint and what was lost. If you can, restore the missing entries instead: this can't be undone.",
    body,
    status: 201,
    response: continuation,
    target: ({ origin }) => ({ kind: "log", id: origin, label: origin }),
    handle: (deps, actor, { body: input }) => continueLog(deps, actor, input),
  }),
];
