import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { movePower } from "@/lib/identities/confer-power";
import { findIdentity } from "@/lib/identities/read-identities";
import {
  auditedTransaction,
  type AuditedTx,
  uniqueViolation,
} from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { endAccountTokens } from "@/lib/tokens/end-account-tokens";
import { accountDto, accountTarget } from "./account-dto";
import {
  countOtherAdmins,
  findAccountOfIdentity,
  lockAccount,
  updateAccountRow,
  type AccountRow,
} from "./account-repository";
import { cancelOpenInvitation } from "@/lib/accounts/invitations/issue-invitation";
import type { AccountChange, AccountDto, AccountRole, AccountStatus } from "./schema";
import { endCertificateSessionRows, endSessionRows } from "./session-repository";

type Changes = Record<string, { from: string | null; to: string | null }>;

/**
 * Changes an account's name, role or status, or the identity whose certificates sign in to it. A
 * new role or status ends all its sessions; another identity ends those that were started with a
 * certificate. Disabling it revokes its API tokens and cancels its open link, and a new role
 * revokes those tokens that may do more. Passwords are set by their users only; where certificates
 * sign in, the password can be removed, which ends all sessions. Users can change their own name, but
 * not their own role or status, and one active administrator always remains. Errors: `account.not-found`,
 * `account.self`, `account.last-admin`, `account.identity`, `account.identity-taken`,
 * `account.no-certificate`, `power.unaccepted`.
 */
export async function updateAccount(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  id: string,
  change: AccountChange,
): Promise<Recorded<AccountDto>> {
  if (!isOwnName(actor, id, change)) authorize(actor, "accounts.write");
  const now = deps.clock.now();
  const identity =
    typeof change.identity === "string" ? await getPerson(deps, change.identity) : null;
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    // Locks all administrators in order before the row, so that two who remove each other wait for
    // each other instead of deadlocking.
    const changesAccess = change.role !== undefined || change.status !== undefined;
    const otherAdmins = changesAccess ? await countOtherAdmins(tx, id) : null;
    const row = await lockAccount(tx, id);
    if (row === null) throw new AppError("account.not-found", "User not found.");
    const changes = changesOf(row, change);
    assertNotSelf(actor, id, changes);
    assertAdminRemains(row, changes, otherAdmins);
    const update = updateOf(row, change, now);
    assertCertificateRemains(change, update.identityId);
    await updateAccountRow(tx, id, update);
    const consequences = await applyConsequences(tx, actor, { row, change, changes, update, now });
    const linked = change.identity === undefined ? row.identity : identity;
    return {
      result: accountDto({ ...row, ...update, identity: linked }),
      entries: [
        {
          action: "account.updated",
          outcome: "success",
          target: accountTarget(row),
          details: { changes },
        },
        ...consequences,
      ],
    };
  }).catch((error: unknown) => refuseLinkedIdentity(deps, error, identity));
  return { result, entryId };
}

/** Whether a user changes nothing but their own name, which every role may. */
const isOwnName = (actor: Actor, id: string, change: AccountChange): boolean =>
  actor.kind === "user" &&
  actor.id === id &&
  Object.entries(change).every(([field, value]) => field === "name" || value === undefined);

type AppliedChange = Readonly<{
  row: AccountRow;
  change: AccountChange;
  changes: Changes;
  update: ReturnType<typeof updateOf>;
  now: Date;
}>;

/**
 * Ends sessions, tokens and links that the change no longer covers, and moves the power of its
 * identity.
 */
async function applyConsequences(
  tx: AuditedTx,
  actor: Actor,
  { row, change, changes, update, now }: AppliedChange,
): Promise<readonly NewEntry[]> {
  const changesAccess = "role" in changes || "status" in changes;
  if (changesAccess || "password" in changes) await endSessionRows(tx, row.id, now);
  if ("identity" in changes) await endCertificateSessionRows(tx, row.id, now);
  const { role, status } = update;
  const endedTokens = changesAccess
    ? await endAccountTokens(tx, { ...row, role, isActive: status === "active" }, now)
    : [];
  // Except for an administrator, another role can widen what the linked certificates sign in to.
  const isWider = "role" in changes && row.role !== "admin";
  const powerEntries =
    "identity" in changes || isWider
      ? await movePower(tx, actor, {
          from: "identity" in changes ? row.identityId : null,
          to: change.identity === undefined ? row.identityId : change.identity,
          power: "signs-in",
          through: { kind: "account", id: row.id, label: row.email },
          accepted: change.accepted,
          now,
        })
      : [];
  const canceledLink =
    status === "disabled" || "password" in changes ? await cancelOpenInvitation(tx, row, now) : [];
  return [...endedTokens, ...powerEntries, ...canceledLink];
}

const updateOf = (row: AccountRow, change: AccountChange, now: Date) => ({
  name: change.name ?? row.name,
  role: change.role ?? (row.role as AccountRole),
  status: change.status ?? (row.status as AccountStatus),
  identityId: change.identity === undefined ? row.identityId : change.identity,
  passwordHash: change.removePassword === true ? null : row.passwordHash,
  changedAt: now,
});

type Person = Readonly<{ id: string; name: string; status: string }>;

/** Only people sign in to the console: the key of a service is often stored unprotected. */
async function getPerson(deps: Pick<Deps, "db">, id: string): Promise<Person> {
  const identity = await findIdentity(deps, id);
  if (identity?.kind === "person") return identity;
  const message =
    identity === null
      ? "Identity not found. Choose a person."
      : `${identity.name} is not a person. Only certificates of people can sign in.`;
  throw new AppError("account.identity", message, {
    findings: [{ code: "account.identity", path: "identity", message }],
  });
}

async function refuseLinkedIdentity(
  deps: Pick<Deps, "db">,
  error: unknown,
  identity: Person | null,
): Promise<never> {
  if (uniqueViolation(error) === null || identity === null) throw error;
  const other = await findAccountOfIdentity(deps.db, identity.id);
  const message = `Certificates of ${identity.name} already sign in to ${other?.email ?? "another account"}. Remove them from that account first.`;
  throw new AppError("account.identity-taken", message, {
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
  if (change.removePassword === true && row.passwordHash !== null)
    changes["password"] = { from: null, to: "removed" };
  return changes;
}

function assertCertificateRemains(change: AccountChange, identityId: string | null): void {
  if (change.removePassword === true && identityId === null)
    throw new AppError(
      "account.no-certificate",
      "Without a password, this user could not sign in. Turn on certificate sign-in first.",
    );
}

function assertAdminRemains(row: AccountRow, changes: Changes, otherAdmins: number | null): void {
  const losesAdmin =
    row.role === "admin" && row.status === "active" && ("role" in changes || "status" in changes);
  if (losesAdmin && otherAdmins === 0)
    throw new AppError(
      "account.last-admin",
      "This is the last active administrator. Make another user an administrator first.",
    );
}

function assertNotSelf(actor: Actor, id: string, changes: Changes): void {
  if (actor.kind === "user" && actor.id === id && ("role" in changes || "status" in changes)) {
    throw new AppError(
      "account.self",
      "You can't change your own role or status. Ask another administrator.",
    );
  }
}
