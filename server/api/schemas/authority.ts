import { z } from "@hono/zod-openapi";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import { entryId, instant } from "@/server/api/schemas/common";

export const authority = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    kind: z.enum(["root", "issuing"]),
    status: z.enum(["pending", "active", "retired"]),
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
    createdAt: instant,
    entryId,
  })
  .openapi("Authority");
