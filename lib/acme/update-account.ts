import { z } from "zod";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { updateAccountRow } from "./acme-account-repository";
import { accountTarget } from "./authenticate";
import { readContacts } from "./create-account";
import { malformed } from "./parse-jws";
import type { AuthenticatedAccount } from "./types";

const change = z.looseObject({
  contact: z.unknown().optional(),
  status: z.string().optional(),
});

/**
 * Changes an account's contacts, or deactivates it, which can't be undone (RFC 8555 sections 7.3.2
 * and 7.3.6). Errors: `acme.malformed`, `acme.invalid-contact`, `acme.unauthorized`.
 */
export async function updateAccount(
  deps: Pick<Deps, "clock" | "recorder">,
  account: AuthenticatedAccount,
  payload: Record<string, unknown>,
): Promise<MaybeRecorded<AuthenticatedAccount>> {
  const parsed = change.safeParse(payload);
  if (!parsed.success) throw malformed("The payload is no change of an account.");
  const { status, contact } = parsed.data;
  if (status !== undefined && status !== "deactivated")
    throw malformed("An account's status can only be changed to deactivated.");
  const target = accountTarget(account.id, account.identityName);
  if (status === "deactivated") {
    const entry: NewEntry = {
      action: "acme.account-deactivated",
      outcome: "success",
      target,
      details: { by: "its own key" },
    };
    return commit(deps, { ...account, status }, { status }, entry);
  }
  if (contact === undefined) return { result: account, entryId: null };
  const contacts = readContacts(contact);
  if (contacts.join() === account.contact.join()) return { result: account, entryId: null };
  const changes = { contact: { from: account.contact.join(" "), to: contacts.join(" ") } };
  return commit(
    deps,
    { ...account, contact: contacts },
    { contact: contacts },
    { action: "acme.account-updated", outcome: "success", target, details: { changes } },
  );
}

async function commit(
  { clock, recorder }: Pick<Deps, "clock" | "recorder">,
  account: AuthenticatedAccount,
  row: Parameters<typeof updateAccountRow>[2],
  entry: NewEntry,
): Promise<MaybeRecorded<AuthenticatedAccount>> {
  const committed = await auditedTransaction(recorder, account.actor, async (tx) =>
    (await updateAccountRow(tx, account.id, row, clock.now()))
      ? { result: account, entries: [entry] }
      : null,
  );
  if (committed === null)
    throw new AppError("acme.unauthorized", "This ACME account is deactivated.");
  return committed;
}
