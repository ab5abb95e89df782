import { accountDto, accountTarget } from "@/lib/accounts/account-dto";
import {
  countOtherAdmins,
  findAccountOfIdentity,
  lockAccount,
  updateAccountRow,
  type AccountRow,
} from "@/lib/accounts/account-repository";
import { hashPassword } from "@/lib/accounts/password";
import type { AccountChange, AccountDto, AccountRole, AccountStatus } from "@/lib/accounts/schema";
import { endCertificateSessionRows, endSessionRows } from "@/lib/accounts/session-repository";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { findIdentity } from "@/lib/identities/find-identity";
import { auditedTransaction, uniqueViolation } from "@/lib/log/audited-transaction";

type Changes = Record<string, { from: string | null; to: string | null }>;

/**
 * Changes an account's name, role, status, password, or whose certificates sign in to it. A new role, status or password ends its sessions at
 * once, another identity those that certificates started. Nobody changes their own role or status, and one active administrator always
 * remains. Errors: `account.not-found`, `account.self`, `account.last-admin`, `account.identity`, `account.identity-taken`.
 */
export async function updateAccount(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  id: string,
  change: AccountChange,
): Promise<AccountDto & { entryId: string }> {
  authorize(actor, "accounts.write");
  const now = deps.clock.now();
  const passwordHash =
    change.password === undefined ? undefined : await hashPassword(deps, change.password);
  const identity =
    typeof change.identity === "string" ? await requirePerson(deps, change.identity) : null;
  const run = () =>
    auditedTransaction(deps, actor, async (tx) => {
      // All administrators first, in their order, and then the row: two that remove each other wait instead of blocking each other.
      const otherAdmins =
        change.role === undefined && change.status === undefined
          ? null
          : await countOtherAdmins(tx, id);
      const row = await lockAccount(tx, id);
      if (row === null)
        throw new AppError("account.not-found", "There is no such account.", { kind: "not-found" });
      const changes = changesOf(row, change);
      assertNotSelf(actor, id, changes);
      assertAdminRemains(row, changes, otherAdmins);
      const {
        name = row.name,
        role = row.role as AccountRole,
        status = row.status as AccountStatus,
      } = change;
      const data = {
        name,
        role,
        status,
        ...(passwordHash === undefined ? {} : { passwordHash }),
        ...(change.identity === undefined ? {} : { identityId: change.identity }),
        changedAt: now,
      };
      await updateAccountRow(tx, id, data);
      if ("role" in changes || "status" in changes || "password" in changes)
        await endSessionRows(tx, id, now);
      if ("identity" in changes) await endCertificateSessionRows(tx, id, now);
      return {
        result: accountDto({
          ...row,
          ...data,
          identity: change.identity === undefined ? row.identity : identity,
        }),
        entries: [
          {
            action: "account.updated",
            outcome: "success",
            target: accountTarget(row),
            details: { changes },
          },
        ],
      };
    });
  const { result, entryIds } = await run().catch((error: unknown) =>
    refuseTakenIdentity(deps, error, identity),
  );
  return { ...result, entryId: entryIds[0] ?? "" };
}

type Person = Readonly<{ id: string; name: string; status: string }>;

/** Only people sign in to the console: a service's certificate lies where nobody watches it. */
async function requirePerson(deps: Pick<Deps, "db">, id: string): Promise<Person> {
  const found = await findIdentity(deps, id);
  if (found?.kind === "person") return found;
  const message =
    found === null
      ? "There is no such identity. Choose a person."
      : `Only the certificates of a person sign in, and ${found.name} is none.`;
  throw new AppError("account.identity", message, {
    findings: [{ code: "account.identity", path: "identity", message }],
  });
}

async function refuseTakenIdentity(
  deps: Pick<Deps, "db">,
  error: unknown,
  identity: Person | null,
): Promise<never> {
  if (uniqueViolation(error) === null || identity === null) throw error;
  const other = await findAccountOfIdentity(deps.db, identity.id);
  const message = `The certificates of ${identity.name} sign in to ${other?.email ?? "another account"} already. Take them off that account first.`;
  throw new AppError("account.identity-taken", message, {
    kind: "conflict",
    findings: [{ code: "account.identity-taken", path: "identity", message }],
    cause: error,
  });
}

function changesOf(row: AccountRow, change: AccountChange): Changes {
  const changes: Changes = {};
  for (const field of ["name", "role", "status"] as const) {
    const to = change[field];
    if (to !== undefined && to !== row[field]) changes[field] = { from: row[field], to };
  }
  if (change.identity !== undefined && change.identity !== row.identityId)
    changes["identity"] = { from: row.identityId, to: change.identity };
  if (change.password !== undefined) changes["password"] = { from: null, to: "replaced" };
  return changes;
}

function assertAdminRemains(row: AccountRow, changes: Changes, otherAdmins: number | null): void {
  const loses =
    row.role === "admin" && row.status === "active" && ("role" in changes || "status" in changes);
  if (loses && otherAdmins === 0)
    throw new AppError(
      "account.last-admin",
      "This is the last active administrator. Make another one first.",
      { kind: "conflict" },
    );
}

function assertNotSelf(actor: Actor, id: string, changes: Changes): void {
  if (actor.kind === "user" && actor.id === id && ("role" in changes || "status" in changes)) {
    throw new AppError(
      "account.self",
      "Nobody changes their own role or status. Ask another administrator.",
      { kind: "conflict" },
    );
  }
}
