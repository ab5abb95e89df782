import type { Actor, ActorRequest } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import {
  findAccountById,
  findAccountByThumbprint,
  forgetNonces,
  takeNonce,
} from "./acme-account-repository";
import type { FoundAccount } from "./acme-account-repository";
import { readAccountKey, verifyJws } from "./keys/account-key";
import { forgetKey, knownKey, rememberKey } from "./keys/known-keys";
import { malformed, type ParsedJws } from "./parse-jws";
import { openNonce, type OpenedNonce } from "./secrets";
import { findFor, spendNonceOf, type About, type FoundFor } from "./signed-request-repository";
import type { AccountKey, AuthenticatedAccount } from "./types";

export type AuthDeps = Pick<Deps, "db" | "clock" | "delivery">;

/** Where a request came in, as the server sees it; what the client signed must say the same. */
export type AcmeRequest = Readonly<{
  /** The whole URL of the request. */
  url: string;
  /** The URL of accounts without their id, of this host. */
  accountUrl: string;
  actorRequest: ActorRequest;
  /**
   * Learns which account proved its key, before its state is looked at: what is refused from then on
   * is recorded as its own, also if the account counts for nothing anymore.
   */
  onProven: (actor: Actor) => void;
}>;

/** A request whose signature, URL and nonce are good. */
export type SignedRequest = Readonly<{ parsed: ParsedJws; key: AccountKey }>;

/**
 * Verifies a JWS that names its key itself (`jwk`): only newAccount, and revocation by the
 * certificate's key. Errors: `acme.malformed`, `acme.bad-nonce`, `acme.bad-public-key`,
 * `acme.bad-signature-algorithm`.
 */
export async function authenticateKey(
  deps: AuthDeps,
  parsed: ParsedJws,
  request: AcmeRequest,
): Promise<SignedRequest> {
  if (parsed.jwk === null)
    throw malformed("This resource needs the public key itself (jwk) in place of kid.");
  const key = await readAccountKey(parsed.jwk);
  await verifyJws(parsed, key);
  checkUrl(parsed, request);
  await spendNonce(deps, parsed);
  return { parsed, key };
}

/**
 * Verifies a JWS of an account (`kid`) and returns the account, if it, what bound it and its
 * identity still count. Errors: as `authenticateKey`, `acme.account-does-not-exist`,
 * `acme.unauthorized`.
 */
export async function authenticateAccount(
  deps: AuthDeps,
  parsed: ParsedJws,
  request: AcmeRequest,
  { until, ...about }: Asked = {},
): Promise<AuthenticatedRequest> {
  if (parsed.kid === null)
    throw malformed("This resource needs the account's URL (kid) in place of jwk.");
  const id = idOfUrl(parsed.kid, request.accountUrl);
  if (id === null) throw noAccount();
  const proven =
    (await authenticateByKnownKey(deps, parsed, request, { id, about })) ??
    (await authenticateByStoredKey(deps, parsed, request, { id, about }));
  if (until === undefined || !(await until(id))) return proven;
  return { ...proven, ...(await findFor(deps.db, id, about, deps.clock.now())) };
}

type Known = Readonly<{ id: string; about: About }>;

async function authenticateByStoredKey(
  deps: AuthDeps,
  parsed: ParsedJws,
  request: AcmeRequest,
  { id, about }: Known,
): Promise<AuthenticatedRequest> {
  const row = await findAccountById(deps.db, id);
  if (row === null) throw noAccount();
  const key = { jwk: JSON.parse(row.jwk) as Record<string, string>, thumbprint: row.thumbprint };
  await verifyJws(parsed, key);
  rememberKey(deps.db, id, key);
  checkUrl(parsed, request);
  await spendNonce(deps, parsed);
  const account = provenAccount(row, request);
  const found = await findFor(deps.db, id, about, deps.clock.now());
  return { parsed, key, account, ...found };
}

/** What a request is about. */
export type Asked = About &
  Readonly<{
    /**
     * What a request of this account, once it is found to be good, waits for before that is read
     * again; false if there is nothing to wait for.
     */
    until?: ((accountId: string) => Promise<boolean>) | undefined;
  }>;

/** With what the request is about, as it was read after the nonce was found to be good. */
export type AuthenticatedRequest = FoundFor &
  Readonly<{ parsed: ParsedJws; account: AuthenticatedAccount; key: AccountKey }>;

/**
 * The usual case, in one statement: the key that the account had at its last request has signed this
 * one too, and is still the account's when the nonce is spent. Null if not, and if the URL or the nonce
 * is wrong: what is refused first is said with the key that the account has now.
 */
async function authenticateByKnownKey(
  deps: AuthDeps,
  parsed: ParsedJws,
  request: AcmeRequest,
  { id, about }: Known,
): Promise<AuthenticatedRequest | null> {
  const key = knownKey(deps.db, id);
  const nonce = parsed.nonce === null ? null : openNonce(deps, parsed.nonce);
  if (key === null || nonce === null || parsed.url !== request.url) return null;
  const isSigned = await verifyJws(parsed, key).then(
    () => true,
    () => false,
  );
  if (!isSigned) return null;
  const { bytes, expiresAt } = nonce;
  const spent = await spendNonceOf(deps.db, {
    accountId: id,
    thumbprint: key.thumbprint,
    nonce: bytes,
    nonceExpiresAt: expiresAt,
    now: deps.clock.now(),
    about,
  });
  if (spent === null) {
    forgetKey(deps.db, id);
    return null;
  }
  if (!spent.isTaken) throw badNonce();
  await clearNonces(deps, bytes);
  return { parsed, key, account: provenAccount(spent.account, request), ...spent.found };
}

/** From the exact URL of one account: no prefix and no other spelling finds any. */
function idOfUrl(kid: string, accountUrl: string): string | null {
  const id = kid.startsWith(accountUrl) ? kid.slice(accountUrl.length) : "";
  return /^acc_[a-z0-9]{26}$/.test(id) ? id : null;
}

const noAccount = (): AppError =>
  new AppError(
    "acme.account-does-not-exist",
    "The kid is not the URL of an ACME account of this server. Create an account first.",
  );

/** The account with this key, whatever its state. */
export function findAccountOfKey(
  deps: Pick<Deps, "db">,
  { thumbprint }: AccountKey,
): Promise<FoundAccount | null> {
  return findAccountByThumbprint(deps.db, thumbprint);
}

/**
 * The account of a row whose key the request was signed with. Errors: `acme.unauthorized` for one
 * that does not count any more.
 */
export function provenAccount(
  row: FoundAccount,
  { actorRequest, onProven }: Pick<AcmeRequest, "actorRequest" | "onProven">,
): AuthenticatedAccount {
  onProven(accountActor(row, actorRequest));
  return activeAccount(row, actorRequest);
}

/** Errors: `acme.unauthorized` for an account that does not count any more. */
export function activeAccount(row: FoundAccount, actorRequest: ActorRequest): AuthenticatedAccount {
  const refused = (detail: string): AppError =>
    new AppError("acme.unauthorized", detail, { details: { account: row.id } });
  if (row.status !== "valid")
    throw refused("This ACME account is deactivated. Create a new one with a new key.");
  const grant = grantOf(row);
  if (grant.isRevoked)
    throw refused(
      `The ${row.key === null ? "enrollment secret" : "ACME key"} that this account was created with is revoked.`,
    );
  if (row.identity.status !== "active")
    throw refused("The identity of this account is suspended. Ask an administrator.");
  return {
    id: row.id,
    identityId: row.identityId,
    identityName: row.identity.name,
    identityKind: row.identity.kind,
    thumbprint: row.thumbprint,
    contact: row.contact,
    status: "valid",
    profiles: grant.profiles,
    names: grant.names,
    addsNames: row.key !== null,
    actor: accountActor(row, actorRequest),
  };
}

/** What an account was bound to: under a secret, the names that its identity holds and one profile. */
function grantOf({ key, secret }: FoundAccount) {
  if (key !== null)
    return { isRevoked: key.revokedAt !== null, profiles: key.profiles, names: key.names };
  if (secret === null) throw new Error("unreachable: a constraint gives each account a binding");
  return { isRevoked: secret.revokedAt !== null, profiles: [secret.profile.slug], names: [] };
}

/** The actor of an account: a service that acts for its identity alone. */
export const accountActor = (
  { id, identityId, identity }: Pick<FoundAccount, "id" | "identityId" | "identity">,
  actorRequest: ActorRequest,
): Actor => ({
  kind: "acme-account",
  id,
  label: accountLabel(identity.name),
  role: "service",
  identityId,
  credential: null,
  assertedBy: null,
  ...actorRequest,
});

const accountLabel = (identityName: string): string => `ACME account of ${identityName}`;

export const accountTarget = (id: string, identityName: string) => ({
  kind: "acme-account",
  id,
  label: accountLabel(identityName),
});

/** The URL that was signed must be the one that was asked (RFC 8555 section 6.4). */
function checkUrl({ url }: ParsedJws, request: AcmeRequest): void {
  if (url !== request.url)
    throw new AppError(
      "acme.unauthorized",
      "The url in the protected header is not the URL of this request.",
    );
}

/** After the signature, so that no one without a key can make the server remember a nonce. */
async function spendNonce(deps: AuthDeps, parsed: ParsedJws): Promise<void> {
  const { bytes, expiresAt } = openedNonce(deps, parsed);
  if (!(await takeNonce(deps.db, bytes, expiresAt))) throw badNonce();
  await clearNonces(deps, bytes);
}

function openedNonce(deps: AuthDeps, { nonce }: ParsedJws): OpenedNonce {
  const opened = nonce === null ? null : openNonce(deps, nonce);
  if (opened === null) throw badNonce();
  return opened;
}

const badNonce = (): AppError =>
  new AppError(
    "acme.bad-nonce",
    "The nonce is missing, unknown, expired or used. Sign again with the one of this answer.",
  );

/** One in 256, by the nonce's own random bytes, clears what is refused by its time anyway. */
async function clearNonces({ db, clock }: AuthDeps, nonce: Uint8Array): Promise<void> {
  if (nonce[nonce.length - 1] === 0) await forgetNonces(db, clock.now());
}
