import { accountDto, accountTarget } from "@/lib/accounts/account-dto";
import { insertAccount } from "@/lib/accounts/account-repository";
import { hashPassword } from "@/lib/accounts/password";
import type { AccountDto, AccountInput } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";

/** Makes an account for a person. Refuses an e-mail address that has one (`account.exists`). */
export async function createAccount(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  input: AccountInput,
): Promise<AccountDto & { entryId: string }> {
  authorize(actor, "accounts.write");
  const now = deps.clock.now();
  const { email, name, role, password } = input;
  const row = {
    id: newId("usr", now, deps.random.bytes),
    email,
    name,
    role,
    status: "active",
    passwordHash: await hashPassword(deps, password),
    createdAt: now,
    changedAt: now,
    identityId: null,
  };
  try {
    const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
      await insertAccount(tx, row);
      return {
        result: null,
        entries: [
          {
            action: "account.created",
            outcome: "success",
            target: accountTarget(row),
            details: { email, role },
          },
        ],
      };
    });
    return { ...accountDto({ ...row, identity: null }), entryId: entryIds[0] ?? "" };
  } catch (error) {
    if (uniqueViolation(error) === null) throw error;
    const message = `There is an account for ${email} already.`;
    throw new AppError("account.exists", message, {
      kind: "conflict",
      findings: [{ code: "account.exists", path: "email", message }],
    });
  }
}
