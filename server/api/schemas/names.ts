import { z } from "@hono/zod-openapi";
import { heldNameTypes } from "@/lib/identities/schema";
import { shareStates } from "@/lib/names/schema";
import { entryId, instant } from "./common";

export const heldName = z
  .object({
    id: z.string().openapi({ example: "nam_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    type: z.enum([...heldNameTypes, "legacy"]),
    form: z.enum(["exact", "wildcard", "prefix", "network"]),
    value: z.string().openapi({ example: "*.pay.example.com" }),
    state: z.enum(["held", "reserved"]).openapi({
      description:
        "reserved: released, but a certificate still carries it, so no other identity can have it.",
    }),
    origin: z.string().openapi({
      description: "How it got the name: identity (its own name), issue, edit, transfer …",
    }),
    shareId: z.string().nullable(),
    reservedUntil: instant.nullable(),
    since: instant,
  })
  .openapi("HeldName");

export const nameShare = z
  .object({
    id: z.string().openapi({ example: "shr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    state: z.enum(shareStates).openapi({
      description:
        "undecided: certificates from before names were bound overlap, and an administrator has to decide.",
    }),
    comment: z.string(),
    reviewAt: instant.nullable(),
    createdBy: z.string(),
    createdAt: instant,
    members: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        kind: z.string(),
        names: z.array(heldName),
        liveCertificates: z.number().int(),
        lastIssuedAt: instant.nullable(),
      }),
    ),
  })
  .openapi("NameShare");

export const decidedShare = z
  .object({ id: z.string(), kept: z.array(z.string()), entryId })
  .openapi("DecidedShare");

export const nameBinding = z
  .object({
    binding: z.enum(["observed", "enforced"]).openapi({
      description:
        "observed: certificates with names that are not held are issued with a warning, until names are enforced.",
    }),
    unbound: z.array(
      z.object({
        id: z.string(),
        commonName: z.string(),
        notAfter: instant,
        identity: z.object({ id: z.string(), name: z.string() }),
        names: z.array(z.string()),
      }),
    ),
    unboundCount: z.number().int(),
    conflicts: z.number().int(),
    entryId,
  })
  .openapi("NameBinding");

export const previewedName = z.object({
  type: z.string(),
  value: z.string(),
  from: z.enum(["san", "subject"]),
  state: z.enum(["held", "would-add", "held-by-another", "not-held"]),
  by: z.string().nullable(),
  holder: z.object({ id: z.string(), name: z.string() }).nullable(),
});

export const importResult = z
  .object({
    lines: z.array(
      z.object({
        line: z.number().int(),
        identity: z.string(),
        name: z.string(),
        outcome: z.enum(["added", "would-add", "held", "refused"]),
        code: z.string().optional(),
        message: z.string().optional(),
      }),
    ),
    added: z.number().int(),
    unchanged: z.number().int(),
    refused: z.number().int(),
  })
  .openapi("NamesImport");
