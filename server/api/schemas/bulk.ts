import { z } from "@hono/zod-openapi";
import { resolutions, severities } from "@/lib/alerts/schema";
import { bulkActs, bulkStatuses, exclusions } from "@/lib/bulk/schema";
import { entryId, instant } from "./common";

export const bulkAct = z
  .object({
    id: z.string().openapi({ example: "blk_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    act: z.enum(bulkActs),
    status: z.enum(bulkStatuses).openapi({
      description:
        "running; finished: everything was tried; canceled: by a user; stopped: the one who started it was disabled or lost the role.",
    }),
    reason: z.string().nullable(),
    owner: z.string().nullable(),
    assignee: z.string().nullable().openapi({
      description: "The label of the user who the alerts are assigned to; null for none.",
    }),
    resolution: z.enum(resolutions).nullable().openapi({
      description: "What the alerts turned out to be; null for other actions.",
    }),
    replaceBy: instant.nullable().openapi({
      description: "Until when the certificates are to be replaced; null for other actions.",
    }),
    comment: z.string(),
    total: z
      .number()
      .int()
      .openapi({ description: "How many certificates, identities or alerts it is for." }),
    done: z.number().int().openapi({ description: "How many it has changed." }),
    changed: z.number().int().openapi({
      description: "How many it left alone, because their state had changed since the dry run.",
    }),
    refused: z.number().int().openapi({ description: "How many were refused." }),
    cause: z.string().nullable().openapi({ description: "Why it was stopped." }),
    startedBy: z.string().openapi({ description: "The label of who started it." }),
    createdAt: instant,
    endedAt: instant.nullable(),
    entryId,
  })
  .openapi("BulkAction");

export const bulkPreview = z
  .object({
    act: z.enum(bulkActs),
    selected: z
      .number()
      .int()
      .openapi({ description: "How many certificates, identities or alerts are selected." }),
    count: z.number().int().openapi({ description: "How many of them would be changed." }),
    excluded: z.array(
      z.object({
        why: z.enum(exclusions),
        count: z.number().int(),
        examples: z.array(z.string()).openapi({ description: "The names of the first 20." }),
      }),
    ),
    identities: z
      .number()
      .int()
      .openapi({ description: "How many identities they are, belong to or are about." }),
    certificates: z
      .number()
      .int()
      .openapi({ description: "How many certificates they are, or have valid." }),
    withoutSuccessor: z
      .number()
      .int()
      .openapi({ description: "How many are valid and have no successor." }),
    rotation: z
      .object({
        acme: z.number().int().openapi({
          description:
            "How many an ACME client got, which renewal information (ARI) tells about it.",
        }),
        others: z.number().int().openapi({
          description: "How many people or other programs have to replace.",
        }),
        owners: z.number().int().openapi({ description: "How many owners these have." }),
      })
      .nullable()
      .openapi({ description: "Of a request for rotation; null for other actions." }),
    severities: z
      .array(
        z.object({
          severity: z.enum(severities),
          count: z.number().int().openapi({ description: "How many would be changed." }),
        }),
      )
      .nullable()
      .openapi({
        description:
          "Of the alerts that would be changed, the most severe first; null for other actions.",
      }),
    lastDay: z.object({
      certificates: z.number().int(),
      services: z.number().int(),
      networks: z.number().int(),
      lastUsedAt: instant.nullable(),
    }),
    sha256: z
      .string()
      .openapi({ description: "Send it as `expect.sha256` to start exactly this." }),
  })
  .openapi("BulkPreview");

export const bulkIssuePreview = z
  .object({
    count: z.number().int().openapi({ description: "How many certificates would be issued." }),
    refused: z.number().int().openapi({ description: "How many rows would not be issued." }),
    identities: z
      .number()
      .int()
      .openapi({ description: "How many identities the certificates would be for." }),
    namesAdded: z
      .number()
      .int()
      .openapi({ description: "How many names would be added to identities." }),
    lines: z.array(
      z.object({
        label: z.string().openapi({ description: "The `label` of the row." }),
        identity: z.object({ id: z.string(), name: z.string() }).nullable(),
        profile: z.string(),
        subject: z.string(),
        sans: z.array(z.string()).openapi({ description: "The names that it would have." }),
        notAfter: instant.nullable(),
        addsNames: z
          .array(z.string())
          .openapi({ description: "Names that issuing would add to the identity." }),
        problems: z
          .array(z.string())
          .openapi({ description: "Why it would not be issued. Empty if it would." }),
      }),
    ),
    sha256: z
      .string()
      .openapi({ description: "Send it as `expect.sha256` to start exactly this." }),
  })
  .openapi("BulkIssuePreview");
