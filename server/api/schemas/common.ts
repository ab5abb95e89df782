import { errorCodes, type ErrorCode } from "@/lib/errors/codes";
import { z } from "@hono/zod-openapi";

/** RFC 3339 in UTC. */
export const instant = z.string().openapi({ format: "date-time", example: "2026-11-23T02:38:07Z" });
export const entryId = z.string().optional().openapi({
  description: "The entry that recorded this action (ent_…).",
  example: "ent_01kat8m2wq7h4z0c9d5e6f7g8j",
});

/** A page of a list: all lists have this form. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: "Send it as `cursor` to get the next page; null on the last page." }),
  });

/** A page of a list whose cursors lead both ways. */
export const twoWayPageOf = <T extends z.ZodType>(item: T) =>
  pageOf(item).extend({
    previousCursor: z.string().nullable().openapi({
      description: "Send it as `cursor` to get the page before this one; null on the first page.",
    }),
  });

export const limitQuery = z.coerce.number().int().min(1).max(200).default(50);

export const finding = z
  .object({
    code: z.string(),
    message: z.string(),
    path: z.string().optional(),
    clause: z.string().optional(),
    severity: z.enum(["error", "warning", "notice"]).optional(),
  })
  .openapi("Finding");

export const decision = z
  .object({
    profileVersion: z.number().int().optional(),
    rules: z.array(
      z.object({ rule: z.string(), input: z.string(), outcome: z.enum(["passed", "failed"]) }),
    ),
  })
  .openapi("Decision", {
    description: "The rules that were applied, with their inputs and outcomes.",
  });

const errorCode = z
  .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
  .openapi("ErrorCode", {
    description: "A stable code for programs. docs/errors.md explains each.",
    example: "certificate.refused",
  });

export const problem = z
  .object({
    type: z.string().openapi({ example: "urn:chancery:problem:certificate.refused" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: "What is wrong and how to fix it, for people." }),
    code: errorCode,
    requestId: z.string(),
    entryId: z.string().optional().openapi({
      description: "The entry that recorded this refusal (ent_…), if the operation recorded it.",
    }),
    errors: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          code: z.string(),
          clause: z.string().optional(),
          severity: z.enum(["warning"]).optional().openapi({
            description: "Set for what prevents nothing by itself, next to what does.",
          }),
        }),
      )
      .openapi({ description: "Everything that is wrong with the input, by field." }),
  })
  .openapi("Problem", { description: "An error (RFC 9457)." });
