import { findAcmeKeyRow, type ListedAcmeKey } from "@/lib/acme/acme-key-repository";
import type { AcmeRequest } from "@/lib/acme/authenticate";
import { malformed, parseBinding, type ParsedBinding } from "@/lib/acme/parse-jws";
import type { AccountKey } from "@/lib/acme/types";
import { openHmacKey } from "@/lib/enrollment/binding-key";
import { findEnrollmentSecret, type EnrollmentSecret } from "@/lib/enrollment/find-secret";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { isMakerActive } from "@/lib/tokens/is-maker-active";
import { verifyBinding } from "./account-key";

type BindingDeps = Pick<Deps, "db" | "clock" | "delivery">;

/** What a new account is bound with: a key that makes any number of accounts, or a secret. */
export type Binding =
  | Readonly<{ kind: "key"; row: ListedAcmeKey }>
  | Readonly<{ kind: "secret"; row: EnrollmentSecret }>;

/**
 * The ACME key or enrollment secret that a new account is bound with (RFC 8555 section 7.3.4): the
 * binding signs the account's own key for this URL. A key that is unknown, revoked, expired or whose
 * maker ended looks the same. Whether a secret counts is for the caller to ask: here its holder has
 * only proved to have it. Errors: `acme.external-account-required`, `acme.malformed`,
 * `acme.unauthorized`.
 */
export async function readBinding(
  deps: BindingDeps,
  value: unknown,
  key: AccountKey,
  request: AcmeRequest,
): Promise<Binding> {
  if (value === undefined || value === null)
    throw new AppError(
      "acme.external-account-required",
      "New accounts need an external account binding. Create an ACME key or an enrollment secret for the identity, and give its key ID and HMAC key to the client.",
    );
  const binding = parseBinding(value);
  if (binding.url !== request.url)
    throw malformed("The url of the external account binding is not that of newAccount.");
  if (binding.kid.startsWith("ens_")) {
    const row = await findEnrollmentSecret(deps, binding.kid);
    if (row === null || row.sealed === null) throw refused(binding);
    await verifyBinding(binding, openHmacKey(deps, row.id, row.sealed));
    assertSameKey(binding.payload, key);
    return { kind: "secret", row };
  }
  const row = await findUsableKey(deps, binding);
  await verifyBinding(binding, openHmacKey(deps, row.id, row.sealed));
  assertSameKey(binding.payload, key);
  return { kind: "key", row };
}

async function findUsableKey(deps: BindingDeps, binding: ParsedBinding): Promise<ListedAcmeKey> {
  const row = /^eab_[a-z0-9]{26}$/.test(binding.kid)
    ? await findAcmeKeyRow(deps.db, binding.kid)
    : null;
  const now = deps.clock.now();
  const counts =
    row !== null && row.revokedAt === null && row.expiresAt > now
      ? await isMakerActive(deps, row, "tokens.write", now)
      : false;
  if (row === null || !counts) throw refused(binding);
  return row;
}

const refused = ({ kid }: ParsedBinding): AppError =>
  new AppError(
    "acme.unauthorized",
    "The ACME key or enrollment secret is unknown, expired or revoked. Create a new one for the identity.",
    { details: { keyId: kid.slice(0, 64) } },
  );

function assertSameKey(payload: Record<string, unknown>, key: AccountKey): void {
  const isSame = Object.entries(key.jwk).every(([name, value]) => payload[name] === value);
  if (!isSame)
    throw new AppError(
      "acme.unauthorized",
      "The external account binding is for another account key.",
    );
}
