import { auditedTransaction, uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { updateAccountRow } from "./acme-account-repository";
import { readAccountKey, verifyJws } from "./keys/account-key";
import { accountTarget } from "./authenticate";
import { malformed, parseJwsObject, payloadObject, type ParsedJws } from "./parse-jws";
import type { AccountKey, AuthenticatedAccount } from "./types";

/**
 * Gives an account a new key (RFC 8555 section 7.3.5): the outer JWS is signed by the old key, the
 * one inside by the new key, and each names the other. Errors: `acme.malformed`,
 * `acme.bad-public-key`, `acme.bad-signature-algorithm`, `acme.key-in-use` with the account that
 * has the key.
 */
export async function changeAccountKey(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  {
    account,
    key,
    parsed,
  }: Readonly<{
    account: AuthenticatedAccount;
    key: AccountKey;
    parsed: ParsedJws;
  }>,
  accountUrl: string,
): Promise<MaybeRecorded<AuthenticatedAccount>> {
  const inner = parseJwsObject(payloadObject(parsed));
  if (inner.jwk === null) throw malformed("The inner JWS must contain the new key (jwk).");
  if (inner.nonce !== null) throw malformed("The inner JWS must not contain a nonce.");
  if (inner.url !== parsed.url) throw malformed("The inner and the outer url differ.");
  const newKey = await readAccountKey(inner.jwk);
  await verifyJws(inner, newKey);
  const { account: named, oldKey } = payloadObject(inner);
  if (named !== accountUrl + account.id) throw malformed("The payload names another account.");
  await assertOldKey(oldKey, key);
  if (newKey.thumbprint === key.thumbprint) return { result: account, entryId: null };
  const change = { jwk: JSON.stringify(newKey.jwk), thumbprint: newKey.thumbprint };
  const committed = await auditedTransaction(deps.recorder, account.actor, async (tx) =>
    (await updateAccountRow(tx, account.id, change, deps.clock.now()))
      ? {
          result: { ...account, thumbprint: newKey.thumbprint },
          entries: [
            {
              action: "acme.key-changed",
              outcome: "success",
              target: accountTarget(account.id, account.identityName),
              details: { from: key.thumbprint, to: newKey.thumbprint },
            },
          ],
        }
      : null,
  ).catch((error: unknown) => {
    if (uniqueViolation(error) === null) throw error;
    throw new AppError("acme.key-in-use", "Another account has this key already.");
  });
  if (committed === null)
    throw new AppError("acme.unauthorized", "This ACME account is deactivated.");
  return committed;
}

async function assertOldKey(value: unknown, { thumbprint }: AccountKey): Promise<void> {
  const isKey = typeof value === "object" && value !== null;
  const old = isKey ? await readAccountKey(value as Record<string, unknown>) : null;
  if (old?.thumbprint !== thumbprint) throw malformed("oldKey is not the account's key.");
}
