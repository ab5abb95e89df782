import { z } from "zod";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { isMakerActive } from "@/lib/tokens/is-maker-active";
import { findAcmeKeyRow, type ListedAcmeKey } from "./acme-key-repository";
import { insertAccount } from "./acme-account-repository";
import { verifyBinding } from "./keys/account-key";
import {
  accountActor,
  accountTarget,
  activeAccount,
  findAccountOfKey,
  type AcmeRequest,
  type SignedRequest,
} from "./authenticate";
import { malformed, parseBinding, payloadObject } from "./parse-jws";
import { openHmacKey } from "./secrets";
import type { AccountKey, AuthenticatedAccount } from "./types";

type CreateDeps = Pick<Deps, "db" | "clock" | "random" | "recorder" | "delivery">;

const contact = z.array(z.string()).max(5).default([]);
const newAccount = z.looseObject({
  contact: z.unknown().optional(),
  onlyReturnExisting: z.boolean().default(false),
  termsOfServiceAgreed: z.boolean().optional(),
  externalAccountBinding: z.unknown().optional(),
});

/**
 * Creates the ACME account of a key, bound to an identity by an enrollment key (RFC 8555 section
 * 7.3), or returns the one that the key has. Errors: `acme.account-does-not-exist`,
 * `acme.external-account-required`, `acme.unauthorized`, `acme.invalid-contact`, `acme.malformed`.
 */
export async function createAccount(
  deps: CreateDeps,
  { parsed, key }: SignedRequest,
  request: AcmeRequest,
): Promise<MaybeRecorded<Readonly<{ account: AuthenticatedAccount; isNew: boolean }>>> {
  const input = newAccount.safeParse(payloadObject(parsed));
  if (!input.success) throw malformed("The payload is not a new account (RFC 8555 section 7.3).");
  const existing = await findAccountOfKey(deps, key);
  if (existing !== null)
    return {
      result: { account: activeAccount(existing, request.actorRequest), isNew: false },
      entryId: null,
    };
  if (input.data.onlyReturnExisting)
    throw new AppError("acme.account-does-not-exist", "No account has this key.");
  const contacts = readContacts(input.data.contact ?? []);
  const binding = await readBinding(deps, input.data.externalAccountBinding, key, request);
  const now = deps.clock.now();
  const row = {
    id: newId("acc", now, deps.random.bytes),
    keyId: binding.id,
    identityId: binding.identityId,
    jwk: JSON.stringify(key.jwk),
    thumbprint: key.thumbprint,
    contact: contacts,
    status: "valid",
    createdAt: now,
    changedAt: now,
  };
  const identity = { ...binding.identity, status: "active", kind: "service" };
  const actor = accountActor({ ...row, identity }, request.actorRequest);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertAccount(tx, row);
    return {
      result: null,
      entries: [
        {
          action: "acme.account-created",
          outcome: "success",
          target: accountTarget(row.id, identity.name),
          details: {
            identityId: row.identityId,
            keyId: binding.id,
            thumbprint: key.thumbprint,
            contact: contacts,
          },
        },
      ],
    };
  }).catch((error: unknown) => {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError("acme.key-in-use", "Another request created an account with this key.");
  });
  const made = { ...row, identity, key: binding };
  return {
    result: { account: activeAccount(made, request.actorRequest), isNew: true },
    entryId,
  };
}

/** Contacts are stored and never used to send anything. Errors: `acme.invalid-contact`. */
export function readContacts(value: unknown): readonly string[] {
  const parsed = contact.safeParse(value);
  const isMail = (text: string): boolean => /^mailto:[^\s@,?]{1,64}@[^\s@,?]{1,250}$/.test(text);
  if (!parsed.success || !parsed.data.every(isMail))
    throw new AppError(
      "acme.invalid-contact",
      "Contacts must be at most 5 mailto: URLs with one address each.",
    );
  return parsed.data;
}

/**
 * The enrollment key that a new account is bound with (RFC 8555 section 7.3.4): the binding signs
 * the account's own key for this URL. A key that is unknown, revoked, expired or whose maker ended
 * looks the same.
 */
async function readBinding(
  deps: CreateDeps,
  value: unknown,
  key: AccountKey,
  { url }: AcmeRequest,
): Promise<ListedAcmeKey> {
  if (value === undefined || value === null)
    throw new AppError(
      "acme.external-account-required",
      "New accounts need an external account binding. Create an enrollment key for the identity, and give its key ID and HMAC key to the client.",
    );
  const binding = parseBinding(value);
  if (binding.url !== url)
    throw malformed("The url of the external account binding is not that of newAccount.");
  const row = /^eab_[a-z0-9]{26}$/.test(binding.kid)
    ? await findAcmeKeyRow(deps.db, binding.kid)
    : null;
  const now = deps.clock.now();
  const counts =
    row !== null && row.revokedAt === null && row.expiresAt > now
      ? await isMakerActive(deps, row, "tokens.write", now)
      : false;
  if (row === null || !counts)
    throw new AppError(
      "acme.unauthorized",
      "The enrollment key is unknown, expired or revoked. Create a new one for the identity.",
      { details: { keyId: binding.kid.slice(0, 64) } },
    );
  await verifyBinding(binding, openHmacKey(deps, row.id, row.sealed));
  await assertSameKey(binding.payload, key);
  return row;
}

async function assertSameKey(payload: Record<string, unknown>, key: AccountKey): Promise<void> {
  const isSame = Object.entries(key.jwk).every(([name, value]) => payload[name] === value);
  if (!isSame)
    throw new AppError(
      "acme.unauthorized",
      "The external account binding is for another account key.",
    );
}
