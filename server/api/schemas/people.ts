import { z } from "@hono/zod-openapi";
import { roles } from "@/lib/access/roles";
import { accountRoles, accountStatuses } from "@/lib/accounts/schema";
import { identityPowers, identityStatuses, powerSourceKinds } from "@/lib/identities/schema";
import { identityKinds } from "@/lib/pki/types";
import { tokenStatuses } from "@/lib/tokens/schema";
import { entryId, instant, pageOf } from "./common";
import { heldName } from "./names";

export const identity = z
  .object({
    id: z.string().openapi({ example: "idn_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    kind: z.enum([...identityKinds, "system"]),
    name: z.string(),
    owner: z.string(),
    status: z.enum(identityStatuses),
    note: z.string(),
    networks: z.array(z.string()).openapi({
      description: "Networks from which its certificates may be used; empty for any.",
      example: ["10.20.0.0/16"],
    }),
    names: z.array(heldName).openapi({
      description: "The names that it holds, its own among them, or that are reserved for it.",
    }),
    epoch: z.number().int().openapi({
      description: "Changes with every change of the identity; send it back with `names`.",
    }),
    matched: z.array(heldName).optional().openapi({
      description: "With `holds`: its names that overlap the one that was asked for.",
    }),
    createdAt: instant,
    changedAt: instant,
    powers: z.array(z.enum(identityPowers)).openapi({
      description:
        "Why others could act through it: its certificates sign in to an account, it is a trusted proxy, or it belongs to Chancery. Only administrators change such an identity and issue its certificates.",
    }),
    certificateCounts: z.object({
      valid: z.number().int(),
      expired: z.number().int(),
      held: z.number().int(),
      revoked: z.number().int(),
    }),
    entryId,
  })
  .openapi("Identity");

const existing = z
  .object({
    digest: z.string(),
    needsAcceptance: z.boolean(),
    certificates: z.array(
      z.object({
        id: z.string(),
        serial: z.string(),
        state: z.string(),
        requestedBy: z.string(),
        requestedAt: instant,
        notAfter: instant,
        serverKey: z.boolean(),
      }),
    ),
    tokens: z.array(
      z.object({ id: z.string(), name: z.string(), createdBy: z.string(), createdAt: instant }),
    ),
    names: z.array(z.string()),
    networks: z.array(z.string()),
    owner: z.string(),
    counts: z.object({
      certificates: z.number().int(),
      keys: z.number().int(),
      serverKeys: z.number().int(),
      tokens: z.number().int(),
      names: z.number().int(),
    }),
  })
  .openapi("ExistingCredentials");

export const identityPower = z
  .object({
    identity: z.object({
      id: z.string(),
      name: z.string(),
      kind: z.enum([...identityKinds, "system"]),
      status: z.enum(identityStatuses),
    }),
    powers: z.array(
      z.object({
        power: z.enum(identityPowers),
        through: z
          .object({
            kind: z.enum(powerSourceKinds),
            id: z.string(),
            label: z.string(),
          })
          .nullable(),
      }),
    ),
    existing,
  })
  .openapi("IdentityPower");

export const powerHolders = pageOf(identityPower)
  .extend({
    mailboxes: z.array(
      z.object({
        account: z.object({ id: z.string(), email: z.string() }),
        identity: z.object({ id: z.string(), name: z.string() }),
        name: z.string().openapi({ example: "email:pete@example.com" }),
      }),
    ),
  })
  .openapi("PowerHolders");

const accountShape = {
  id: z.string().openapi({ example: "usr_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  email: z.string(),
  name: z.string(),
  role: z.enum(accountRoles),
  status: z.enum(accountStatuses),
  createdAt: instant,
  changedAt: instant,
  lastSignInAt: instant.nullable(),
  openSessions: z.number().int(),
  hasPassword: z.boolean().openapi({ description: "False until the user has set a password." }),
  invitation: z.object({ createdAt: instant, expiresAt: instant }).nullable().openapi({
    description:
      "The open link with which the user can set a password; null for none. Its secret is returned only when it is created.",
  }),
  identity: z
    .object({ id: z.string(), name: z.string(), status: z.enum(identityStatuses) })
    .nullable()
    .openapi({
      description: "The person whose certificates can sign in as this user; null for none.",
    }),
  entryId,
};
export const account = z.object(accountShape).openapi("User");
export const invitedAccount = z
  .object({
    ...accountShape,
    link: z.string().nullable().openapi({
      description:
        "Path of the console page on which the user sets a password, with the secret of the link. Send the user the console's address followed by this path. It works once. Returned only once and stored as a hash; null in a response that is replayed for an Idempotency-Key.",
      example: "/invitation#chy_inv_…",
    }),
  })
  .openapi("InvitedUser");

export const session = z
  .object({
    id: z.string(),
    accountId: z.string(),
    createdAt: instant,
    expiresAt: instant,
    endedAt: instant.nullable(),
    idleUntil: instant.openapi({
      description: "When the session ends unless its user does something in the console.",
    }),
    open: z.boolean(),
    certificateId: z.string().nullable().openapi({
      description:
        "The certificate that started the session. The session is valid only together with it.",
    }),
    ip: z.string(),
    userAgent: z.string(),
    current: z.boolean(),
  })
  .openapi("Session");

const tokenShape = {
  id: z.string().openapi({ example: "tok_01kat8m2wq7h4z0c9d5e6f7g8j" }),
  name: z.string(),
  role: z.enum(roles),
  identity: z.object({ id: z.string(), name: z.string() }).nullable(),
  hint: z.string().openapi({ description: "The first characters of the secret." }),
  status: z.enum(tokenStatuses),
  createdBy: z.string(),
  parent: z.object({ id: z.string(), name: z.string() }).nullable().openapi({
    description: "The token that it was created with, and with which it ends; null for none.",
  }),
  account: z.object({ id: z.string(), email: z.string() }).nullable().openapi({
    description:
      "The user it belongs to. It ends when that user is disabled or loses the role; null for none.",
  }),
  lastUsedAt: instant.nullable().openapi({
    description: "The last recorded request with it, as of about a second ago; null for none.",
  }),
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
  entryId,
};
export const token = z.object(tokenShape).openapi("Token");
export const revokedToken = z
  .object({
    ...tokenShape,
    alsoRevoked: z.number().int().openapi({
      description: "How many tokens that were created with it were revoked too.",
    }),
  })
  .openapi("RevokedToken");
export const createdToken = z
  .object({
    ...tokenShape,
    secret: z.string().nullable().openapi({
      description:
        "The secret. Returned only once and not stored; null in a response that is replayed for an Idempotency-Key.",
      example: "chy_…",
    }),
  })
  .openapi("CreatedToken");
