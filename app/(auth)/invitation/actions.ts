"use server";

import { acceptInvitation } from "@/lib/accounts/accept-invitation";
import { readInvitation } from "@/lib/accounts/read-invitation";
import { invitationAcceptance, invitationQuery } from "@/lib/accounts/schema";
import { defineAction, defineQuery } from "@/lib/auth/define-action";

/** The secret of the link replaces a permission: its user has no session yet. */
export const read = defineQuery(null, invitationQuery, (deps, actor, { token }) =>
  readInvitation(deps, actor, token),
);
export const accept = defineAction(null, invitationAcceptance, acceptInvitation);
