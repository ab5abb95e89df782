import { z } from "@hono/zod-openapi";
import { certificateStatuses } from "@/lib/certificates/schema";
import { identityStatuses } from "@/lib/identities/schema";
import { generalNameTypes, revocationReasons } from "@/lib/pki/types";
import { decision, entryId, finding, instant } from "./common";
import { previewedName } from "./names";

const generalName = z
  .object({ type: z.enum(generalNameTypes), value: z.string() })
  .openapi("GeneralName");

const revocation = z.object({
  at: instant,
  reason: z.enum(revocationReasons),
  comment: z.string(),
  invalidityDate: instant.nullable(),
});

const rotationRequest = z.object({
  replaceBy: instant,
  requestedAt: instant,
  requestedBy: z.string().openapi({ description: "The label of who requested it." }),
  comment: z.string(),
});

const itemShape = {
  id: z.string().openapi({ example: "crt_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  serial: z.string().openapi({ description: "The serial number, in lower-case hexadecimal." }),
  status: z.enum(certificateStatuses),
  notBefore: instant,
  notAfter: instant,
  subject: z.string().openapi({ example: "CN=pay.example.com" }),
  commonName: z.string(),
  sans: z.array(generalName),
  fingerprintSha256: z.string().nullable(),
  profile: z.object({ id: z.string(), slug: z.string(), version: z.number().int() }),
  identity: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    owner: z.string(),
    status: z.enum(identityStatuses),
  }),
  authority: z.object({ id: z.string(), slug: z.string() }),
  keyAlgorithm: z.string(),
  keySha256: z.string(),
  serverKey: z.boolean(),
  revocation: revocation.nullable(),
  predecessorId: z.string().nullable(),
  successorId: z.string().nullable(),
  supersedeAt: instant.nullable().openapi({
    description:
      "When this certificate, the predecessor of a rotation, will be revoked as superseded.",
  }),
  rotationRequest: rotationRequest.nullable().openapi({
    description:
      "The request to replace this certificate. Null without one, and once there is a successor or the certificate is no longer valid.",
  }),
  createdAt: instant,
  issuedAt: instant.nullable(),
  requestedBy: z.string(),
};
export const certificateItem = z.object(itemShape).openapi("CertificateItem");

const addedName = z.object({ type: z.string(), value: z.string() });

export const certificate = z
  .object({
    ...itemShape,
    pem: z.string().nullable(),
    chainPem: z
      .string()
      .openapi({ description: "The issuing CA certificates in PEM, without the root." }),
    findings: z.array(finding).optional(),
    decision: decision.optional(),
    namesAdded: z.array(addedName).optional().openapi({
      description: "Names that issuing added to the identity.",
    }),
    ignored: z.array(z.string()).optional().openapi({
      description: "What the CSR asked for and the certificate doesn't have. Only after issuing.",
    }),
    privateKeyPem: z.string().nullable().optional(),
    privateKeyPkcs12: z.string().nullable().optional(),
    keyHandedOut: z.literal(true).optional(),
    keyNotice: z.string().optional(),
    entryId,
  })
  .openapi("Certificate");

export const preview = z
  .object({
    request: z
      .object({
        subject: z.string(),
        sans: z.array(generalName),
        key: z.string(),
        keySha256: z.string().nullable(),
        ignored: z.array(z.string()),
      })
      .nullable(),
    findings: z.array(finding),
    names: z.array(previewedName),
    addNames: z.array(addedName).openapi({
      description: "Names that issuing would add to the identity; send them back to confirm them.",
    }),
    plan: z
      .object({
        sha256: z.string().openapi({
          description: "Send it back as `previewSha256` to have exactly this certificate issued.",
        }),
        notBefore: instant,
        notAfter: instant,
        subject: z.string(),
        sans: z.array(generalName),
        extensions: z.array(
          z.object({
            name: z.string(),
            oid: z.string(),
            critical: z.boolean(),
            lines: z.array(z.string()),
          }),
        ),
      })
      .nullable(),
    decision,
  })
  .openapi("CertificatePreview");

export const blockedKey = z
  .object({
    keySha256: z
      .string()
      .openapi({ description: "SHA-256 of the public key (its SPKI), in lower-case hexadecimal." }),
  })
  .openapi("BlockedKey");
