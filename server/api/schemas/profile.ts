import { z } from "@hono/zod-openapi";
import {
  extendedKeyUsages,
  generalNameTypes,
  identityKinds,
  keyUsageBits,
  subjectKeyAlgorithms,
} from "@/lib/pki/types";
import { entryId, instant } from "./common";

const rules = z
  .object({
    kind: z.enum(["leaf", "root-ca", "issuing-ca", "ocsp-responder"]),
    identityKinds: z.array(z.enum(identityKinds)),
    selfService: z.boolean(),
    acme: z.object({ validation: z.enum(["held", "challenge"]), caa: z.boolean() }).optional(),
    names: z.array(z.object({ type: z.enum(["dns", "email", "uri"]), value: z.string() })),
    keyAlgorithms: z.array(z.enum(subjectKeyAlgorithms)),
    serverKeys: z.boolean().optional(),
    validitySecondsDefault: z.number().int(),
    validitySecondsMax: z.number().int(),
    backdateSeconds: z.number().int(),
    keyUsage: z.array(z.enum(keyUsageBits)),
    extendedKeyUsage: z.array(z.enum(extendedKeyUsages)),
    subject: z.object({
      commonName: z.enum(["required", "optional", "forbidden"]),
      commonNameFrom: z.enum(["san", "san-or-identity"]),
      fixed: z.array(z.object({ type: z.string(), value: z.string() })),
    }),
    san: z.object({
      types: z.array(z.enum(generalNameTypes)),
      min: z.number().int(),
      max: z.number().int(),
      dnsPatterns: z.array(z.string()),
      wildcards: z.boolean(),
      ipRanges: z.array(z.string()),
      emailDomains: z.array(z.string()),
      uriPrefixes: z.array(z.string()),
    }),
    noRevAvail: z.boolean(),
    pathLength: z.number().int().nullable(),
    rotationOverlapSeconds: z.number().int(),
    savedBeforeNames: z.literal(true).optional(),
  })
  .openapi("ProfileRules");

export const profile = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    system: z
      .boolean()
      .openapi({ description: "True for the profiles of Chancery's internal certificates." }),
    status: z.enum(["active", "retired"]),
    version: z.number().int(),
    rules,
    authorityId: z.string().nullable(),
    authoritySlug: z.string().nullable(),
    certificateCount: z.number().int(),
    createdAt: instant,
    changedAt: instant,
    entryId,
  })
  .openapi("Profile");
