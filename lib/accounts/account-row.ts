import { credentialDigest } from "@/lib/log/credential-digest";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { uniqueViolation } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { accountTarget } from "./account-dto";
import type { AccountRow } from "./account-repository";
import type { AccountInput } from "./schema";

/** The row of a new, active account. */
export function makeAccountRow(
  deps: Pick<Deps, "random">,
  { email, name, role }: AccountInput,
  passwordHash: string | null,
  now: Date,
): AccountRow {
  return {
    id: newId("usr", now, deps.random.bytes),
    email,
    name,
    role,
    status: "active",
    passwordHash,
    createdAt: now,
    changedAt: now,
    identityId: null,
  };
}

/** The entry of a new account, with the identities that may keep its email. */
export const accountCreated = (
  row: AccountRow,
  emailHolders: readonly Readonly<{ identityId: string; identity: string; name: string }>[] = [],
): NewEntry => ({
  action: "account.created",
  outcome: "success",
  target: accountTarget(row),
  details: {
    email: row.email,
    role: row.role,
    name: row.name,
    passwordDigest: row.passwordHash === null ? null : credentialDigest(row.passwordHash),
    ...(emailHolders.length === 0 ? {} : { emailHolders }),
  },
});

/**
 * Throws `account.exists` for the violation of the unique email, and every other error as it is.
 */
export function refuseExistingEmail(error: unknown, email: string): never {
  if (uniqueViolation(error) === null) throw error;
  const message = `A user with the email ${email} already exists.`;
  throw new AppError("account.exists", message, {
    findings: [{ code: "account.exists", path: "email", message }],
  });
}
