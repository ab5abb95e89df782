import { z } from "@hono/zod-openapi";

/** RFC 3339 in UTC. */
export const instant = z.string().openapi({ format: "date-time", example: "2026-11-23T02:38:07Z" });
export const entryId = z
  .string()
  .optional()
  .openapi({
    description: "The entry that recorded this act (ent_…).",
    example: "ent_01kat8m2wq7h4z0c9d5e6f7g8j",
  });

/** A page of a list, in the form that every list has. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: "Send it as `cursor` for the next page; null on the last one." }),
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
    description: "Which rules were applied to which inputs, and how each ended.",
  });

export const problem = z
  .object({
    type: z.string().openapi({ example: "urn:chancery:problem:certificate.refused" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: "What is wrong and how to mend it, for people." }),
    code: z
      .string()
      .openapi({ description: "Stable, for programs.", example: "certificate.refused" }),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          code: z.string(),
          clause: z.string().optional(),
        }),
      )
      .openapi({ description: "Every single thing that is wrong, with its field." }),
  })
  .openapi("Problem", { description: "An error as RFC 9457 has it." });
