import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { accountDto } from "./account-dto";
import { accountCreated, makeAccountRow, refuseExistingEmail } from "./account-row";
import { insertAccount } from "./account-repository";
import { withHasher } from "./password";
import type { AccountDto, AccountInput } from "./schema";

type FirstDeps = Pick<Deps, "clock" | "random" | "recorder" | "passwordCost" | "hashQueue">;

/**
 * Creates the account of the person who sets up Chancery, with the password that this person chose.
 * Only Chancery itself does this; every other account begins with a link. Errors: `account.exists`,
 * `session.busy`.
 */
export async function createFirstAccount(
  deps: FirstDeps,
  actor: Actor,
  { password, ...input }: AccountInput & Readonly<{ password: string }>,
): Promise<Recorded<AccountDto>> {
  authorize(actor, "accounts.write");
  if (actor.role !== "system")
    throw new AppError("forbidden", "Only setup creates an account with a password.");
  const passwordHash = await withHasher(deps, { ip: actor.address.ip }, ({ hash }) =>
    hash(password),
  );
  const row = makeAccountRow(deps, input, passwordHash, deps.clock.now());
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertAccount(tx, row);
    return { result: null, entries: [accountCreated(row)] };
  }).catch((error: unknown) => refuseExistingEmail(error, input.email));
  return { result: accountDto({ ...row, identity: null }), entryId };
}
