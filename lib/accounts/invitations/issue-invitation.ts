import { credentialDigest } from "@/lib/log/credential-digest";
import type { Actor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { hourMs } from "@/lib/format/time-units";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { EntryDetails, NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { cancelInvitationRow, insertInvitation } from "@/lib/accounts/invitation-repository";
import { hashInvitationToken, invitationPath, makeInvitationToken } from "./invitation-token";

type Purpose = EntryDetails["invitation.created"]["purpose"];

/** How long a link works, in hours. A person who was just invited may be on vacation. */
const linkHours = {
  invitation: 7 * 24,
  "new-password": 24,
  recovery: 1,
} as const satisfies Record<Purpose, number>;

export type IssuedInvitation = Readonly<{
  link: string;
  invitation: Readonly<{ createdAt: Date; expiresAt: Date }>;
  /** The one that names the new link first. */
  entries: [NewEntry, ...NewEntry[]];
}>;
type Account = Readonly<{ id: string; email: string }>;

export const invitationTarget = (id: string, email: string) => ({
  kind: "invitation",
  id,
  label: email,
});

/**
 * Makes a link for an account inside a transaction, which replaces an open one. Only its hash is
 * stored.
 */
export async function issueInvitation(
  deps: Pick<Deps, "random">,
  tx: AuditedTx,
  {
    account,
    actor,
    purpose,
    now,
  }: Readonly<{ account: Account; actor: Actor; purpose: Purpose; now: Date }>,
): Promise<IssuedInvitation> {
  const canceled = await cancelOpenInvitation(tx, account, now);
  const token = makeInvitationToken(deps.random.bytes);
  const id = newId("inv", now, deps.random.bytes);
  const expiresAt = new Date(now.getTime() + linkHours[purpose] * hourMs);
  const tokenSha256 = hashInvitationToken(token);
  await insertInvitation(tx, {
    id,
    accountId: account.id,
    tokenSha256,
    createdBy: actor.label,
    createdAt: now,
    expiresAt,
  });
  const created: NewEntry = {
    action: "invitation.created",
    outcome: "success",
    target: invitationTarget(id, account.email),
    details: {
      email: account.email,
      purpose,
      expiresAt: expiresAt.toISOString(),
      secretDigest: credentialDigest(Buffer.from(tokenSha256).toString("hex")),
    },
  };
  const invitation = { createdAt: now, expiresAt };
  return { link: invitationPath(token), invitation, entries: [created, ...canceled] };
}

/** Cancels the open link of an account inside a transaction; no entries if there is none. */
export async function cancelOpenInvitation(
  tx: AuditedTx,
  account: Account,
  now: Date,
): Promise<NewEntry[]> {
  const id = await cancelInvitationRow(tx, account.id, now);
  if (id === null) return [];
  return [
    {
      action: "invitation.canceled",
      outcome: "success",
      target: invitationTarget(id, account.email),
      details: { email: account.email },
    },
  ];
}
