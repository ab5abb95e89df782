import { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { assertBinding } from "@/lib/enrollment/authenticate-secret";
import { explainUnspendable, spendUse } from "@/lib/enrollment/spend-use";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { MaybeRecorded, Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { type AcmeAccountRow, type FoundAccount, insertAccount } from "./acme-account-repository";
import {
  accountActor,
  accountTarget,
  activeAccount,
  findAccountOfKey,
  provenAccount,
  type AcmeRequest,
  type SignedRequest,
} from "./authenticate";
import { type Binding, readBinding } from "./keys/read-binding";
import { malformed, payloadObject } from "./parse-jws";
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
 * Creates the ACME account of a key, bound to an identity by an ACME key or an enrollment secret
 * (RFC 8555 section 7.3), or returns the one that the key has. Errors: as `readBinding` and
 * `assertBinding`, `acme.account-does-not-exist`, `acme.invalid-contact`.
 */
export async function createAccount(
  deps: CreateDeps,
  { parsed, key }: SignedRequest,
  request: AcmeRequest,
): Promise<Created> {
  const input = newAccount.safeParse(payloadObject(parsed));
  if (!input.success) throw malformed("The payload is not a new account (RFC 8555 section 7.3).");
  const existing = await findAccountOfKey(deps, key);
  if (existing !== null) return found(existing, request);
  if (input.data.onlyReturnExisting)
    throw new AppError("acme.account-does-not-exist", "No account has this key.");
  const contact = readContacts(input.data.contact ?? []);
  const binding = await readBinding(deps, input.data.externalAccountBinding, key, request);
  if (binding.kind === "secret") {
    // The same client may have sent the request twice: then it has its account, and no use is missing.
    const made = await findAccountOfKey(deps, key);
    if (made !== null) return found(made, request);
    await assertBinding(deps, binding.row, request.actorRequest);
  }
  const row = makeRow(deps, binding, key, contact);
  const identity = { ...binding.row.identity, status: "active", kind: "service" };
  const actor = accountActor({ ...row, identity }, request.actorRequest);
  try {
    const { entryId } = await storeAccount(deps, actor, row, binding);
    const bound = { ...boundBy(binding), identity };
    return {
      result: { account: activeAccount({ ...row, ...bound }, request.actorRequest), isNew: true },
      entryId,
    };
  } catch (error) {
    // Whatever stood in its way, a row or the last use: another request made the account.
    const made = await findAccountOfKey(deps, key);
    if (made !== null) return found(made, request);
    throw binding.kind === "secret"
      ? await explainUnspendable(deps, binding.row, request.actorRequest, error)
      : error;
  }
}

type Created = MaybeRecorded<Readonly<{ account: AuthenticatedAccount; isNew: boolean }>>;

const found = (row: FoundAccount, request: AcmeRequest): Created => ({
  result: { account: provenAccount(row, request), isNew: false },
  entryId: null,
});

const boundBy = (binding: Binding): Pick<FoundAccount, "key" | "secret"> =>
  binding.kind === "key" ? { key: binding.row, secret: null } : { key: null, secret: binding.row };

function makeRow(
  { clock, random }: Pick<Deps, "clock" | "random">,
  { kind, row }: Binding,
  { jwk, thumbprint }: AccountKey,
  contact: readonly string[],
): AcmeAccountRow {
  const now = clock.now();
  return {
    id: newId("acc", now, random.bytes),
    keyId: kind === "key" ? row.id : null,
    secretId: kind === "secret" ? row.id : null,
    identityId: row.identityId,
    jwk: JSON.stringify(jwk),
    thumbprint,
    contact,
    status: "valid",
    createdAt: now,
    changedAt: now,
  };
}

/** With the use of the secret that binds it, if it is one: both or nothing. */
function storeAccount(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  row: AcmeAccountRow,
  { kind, row: bound }: Binding,
): Promise<Recorded<null>> {
  const { id, identityId, keyId, secretId, thumbprint, contact, createdAt } = row;
  const target = accountTarget(id, bound.identity.name);
  const by = kind === "key" ? { keyId: keyId ?? "" } : { secretId: secretId ?? "" };
  const created: NewEntry = {
    action: "acme.account-created",
    outcome: "success",
    target,
    details: { identityId, ...by, thumbprint, contact },
  };
  return auditedTransaction(recorder, actor, async (tx) => {
    const got = { identityId, acmeAccountId: id, via: "acme" } as const;
    const uses =
      kind === "secret"
        ? [await spendUse(tx, createdAt, bound, { ...got, profileId: bound.profileId })]
        : [];
    await insertAccount(tx, row);
    return { result: null, entries: [created, ...uses] };
  });
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
