import { z } from "@hono/zod-openapi";
import { acmeKeyStatuses } from "@/lib/acme/schema";
import { entryId, instant } from "./common";

const keyShape = {
  id: z.string().openapi({ example: "eab_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  identityId: z.string(),
  profiles: z.array(z.string()).openapi({
    description:
      "Slugs of the profiles that its accounts may use; empty for each one that they can.",
  }),
  names: z.array(z.string()).openapi({
    description: "Names that its accounts may order; empty for all that the identity holds.",
    example: ["pay.example.com"],
  }),
  status: z.enum(acmeKeyStatuses),
  accounts: z.number().int().openapi({
    description: "ACME accounts that were created with it and can still order.",
  }),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.openapi({
    description: "Until when accounts can be created with it. Existing accounts go on.",
  }),
  revokedAt: instant.nullable(),
  entryId,
};

/** An enrollment key as the API returns it. */
export const acmeKey = z.object(keyShape).openapi("AcmeKey");

export const createdAcmeKey = z
  .object({
    ...keyShape,
    kid: z.string().openapi({ description: "The key ID for the client; the same as `id`." }),
    hmacKey: z.string().nullable().openapi({
      description:
        "The HMAC key for the client, in base64url. Returned only once; null in a response that is replayed for an Idempotency-Key.",
    }),
    directory: z.string().openapi({ description: "The ACME directory for the client." }),
  })
  .openapi("CreatedAcmeKey");
