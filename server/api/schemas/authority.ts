import { z } from "@hono/zod-openapi";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import { entryId, instant } from "./common";

const list = (description: string) => z.array(z.string()).openapi({ description });

export const authority = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    kind: z.enum(["root", "issuing"]),
    status: z.enum(["pending", "active", "failed", "retired"]).openapi({
      description:
        "pending: waits for its confirmation on the host. failed: rejected there, or not confirmed in time; it never becomes active.",
    }),
    keyAlgorithm: z.enum(authorityKeyAlgorithms),
    parentId: z.string().nullable(),
    subject: z.string(),
    notBefore: instant.nullable(),
    notAfter: instant.nullable(),
    serial: z.string().nullable(),
    fingerprintSha256: z.string().nullable(),
    certificateId: z.string().nullable(),
    certificatePem: z.string().nullable(),
    chainPem: z.string(),
    crl: z
      .object({
        number: z.string(),
        thisUpdate: instant,
        nextUpdate: instant,
        entryCount: z.number().int(),
      })
      .nullable(),
    counts: z.object({
      valid: z.number().int(),
      held: z.number().int(),
      revoked: z.number().int(),
      expired: z.number().int(),
    }),
    urls: z.object({
      crl: z.string(),
      ocsp: z.string(),
      certificate: z.string(),
      certificatePem: z.string(),
      chain: z.string(),
    }),
    confirmation: z
      .object({
        command: z.string().openapi({ description: "The command that lists what waits." }),
      })
      .nullable()
      .openapi({
        description:
          "Set while the certificate waits for the confirmation of the host's operator, who runs this command.",
      }),
    ceiling: z
      .object({
        dns: list(
          "Domains: each covers itself and everything below it, for names, mailboxes and URIs.",
        ),
        uri: list("Prefixes of URIs, in addition to those of the domains."),
        email: list("Domains of mailboxes, in addition to the domains."),
        ip: list("Networks in CIDR notation."),
        usages: list("Extended key usages, by name or OID."),
        maxDays: z.int().openapi({ description: "The longest lifetime, in days." }),
        version: z.int().openapi({ description: "Raised by each change." }),
        setBy: z
          .string()
          .openapi({ description: "The setup, the upgrade, or who ran the command." }),
        setAt: instant.openapi({ description: "When this version was set." }),
      })
      .nullable()
      .openapi({
        description:
          "What the signer ever signs with this CA's key; `*` allows anything of a kind. Widened on the host: `npx chancery signer allow`.",
      }),
    createdAt: instant,
    entryId,
  })
  .openapi("Authority");
