import type { ErrorDefinitions } from "@/lib/errors/types";

/** Authentication and authorization of people and API tokens, accounts, setup. */
export const accessCodes = {
  unauthenticated: {
    kind: "unauthenticated",
    text: "The request carries no valid credential; sign in, or send an API token that is neither revoked nor expired.",
  },
  forbidden: {
    kind: "forbidden",
    text: "The role doesn't have the required permission; ask an administrator or use a token with another role.",
  },
  "session.refused": {
    kind: "unauthenticated",
    text: "The email, password or certificate doesn't sign in to an active account; check it and try again.",
  },
  "session.limited": {
    kind: "rate-limited",
    text: "Too many sign-ins failed for the account or from the network; wait for the time in Retry-After, then try again.",
  },
  "session.busy": {
    kind: "rate-limited",
    text: "Too many sign-ins from this network are waiting; try again in a few seconds.",
  },
  "session.not-found": {
    kind: "not-found",
    text: "The session doesn't exist, has ended, or belongs to another user.",
  },
  "invitation.invalid": {
    kind: "not-found",
    text: "The link doesn't exist, was used, canceled or replaced, or has expired; ask an administrator for a new one.",
  },
  "invitation.not-found": {
    kind: "not-found",
    text: "The user has no open link; create one.",
  },
  "account.disabled": {
    kind: "conflict",
    text: "The user is disabled and can't get a link; enable the user first.",
  },
  "account.exists": {
    kind: "conflict",
    text: "Another account has this email; use a different one or change the existing account.",
  },
  "account.email-held": {
    kind: "conflict",
    text: "An identity holds the email as a name for certificates and could be taken for the user; release the name first, or repeat the request with `acceptEmailHolders` and link the identity.",
  },
  "account.identity": {
    kind: "invalid",
    text: "The identity can't be linked to an account; choose an existing identity of kind person.",
  },
  "account.identity-taken": {
    kind: "conflict",
    text: "The identity is linked to another account; unlink it there first.",
  },
  "account.last-admin": {
    kind: "conflict",
    text: "The change would leave no active administrator; make another account an administrator first.",
  },
  "account.no-certificate": {
    kind: "conflict",
    text: "The password can't be removed, because no certificate signs in to the account; link a person first.",
  },
  "account.not-found": {
    kind: "not-found",
    text: "No account has this ID.",
  },
  "account.self": {
    kind: "conflict",
    text: "You can't change your own role or status; ask another administrator.",
  },
  "account.wrong-password": {
    kind: "invalid",
    text: "The current password isn't right; enter it again.",
  },
  "token.not-found": {
    kind: "not-found",
    text: "No API token has this ID.",
  },
  "token.maker-ended": {
    kind: "forbidden",
    text: "The account or token that creates the token was disabled, revoked or lost its role meanwhile; sign in again or use another token.",
  },
  "token.outlives-maker": {
    kind: "invalid",
    text: "The new token would expire after the token that creates it; choose fewer days, or leave the expiration out to take over that of the creating token.",
  },
  "token.outranks-maker": {
    kind: "forbidden",
    text: "The new token's role could do more than its creator's; choose the creator's own role, or ask an administrator.",
  },
  "token.lineage-too-long": {
    kind: "invalid",
    text: "The token that creates the new one comes from too many generations of tokens; create it with an older token, as a signed-in user or on the command line.",
  },
  "token.identity-unknown": {
    kind: "invalid",
    text: "The identity for the new token doesn't exist; choose another one.",
  },
  "token.identity-suspended": {
    kind: "invalid",
    text: "The identity for the new token is suspended; activate it first.",
  },
  "setup.done": {
    kind: "conflict",
    text: "Setup is already complete; sign in instead.",
  },
  "setup.incomplete": {
    kind: "conflict",
    text: "The operation needs what setup creates; complete setup first.",
  },
  "setup.unfinished": {
    kind: "unavailable",
    text: "Setup couldn't finish creating an authority; try again, nothing that was created is lost.",
  },
  "setup.token": {
    kind: "forbidden",
    text: "The setup link isn't valid; open the one that the terminal printed last.",
  },
} as const satisfies ErrorDefinitions;
