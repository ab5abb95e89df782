import { z } from "@hono/zod-openapi";
import { secretStatuses } from "@/lib/enrollment/schema";
import { entryId, instant } from "./common";

const secretShape = {
  id: z.string().openapi({
    description: "Also the user name over HTTP Basic, and the key ID over ACME.",
    example: "ens_01kat8m2wq7h4z0c9d5e6f7g8j",
  }),
  identityId: z.string(),
  profile: z.string().openapi({
    description: "The slug of the profile that certificates are issued under.",
    example: "tls-server",
  }),
  networks: z.array(z.string()).openapi({
    description: "From where it is accepted; from everywhere if empty.",
    example: ["10.20.0.0/16"],
  }),
  status: z.enum(secretStatuses),
  uses: z
    .number()
    .int()
    .openapi({ description: "How many certificates or ACME accounts it gets." }),
  used: z.number().int().openapi({ description: "How many it has got." }),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
  entryId,
};

/** An enrollment secret as the API returns it. */
export const enrollmentSecret = z.object(secretShape).openapi("EnrollmentSecret");

export const createdEnrollmentSecret = z
  .object({
    ...secretShape,
    secret: z.string().nullable().openapi({
      description:
        "The secret: the password over HTTP Basic. Returned only once; null in a response that is replayed for an Idempotency-Key.",
    }),
    estUrl: z
      .string()
      .openapi({ description: "The address of EST for its profile; append /simpleenroll." }),
    hmacKey: z.string().nullable().openapi({
      description:
        "The HMAC key for ACME clients (external account binding), in base64url. Returned only once; null in a response that is replayed for an Idempotency-Key, and without a directory.",
    }),
    directory: z.string().nullable().openapi({
      description:
        "The ACME directory for its profile; null if the profile issues neither DNS names nor addresses.",
    }),
  })
  .openapi("CreatedEnrollmentSecret");
