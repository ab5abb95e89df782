import type { EntryAction } from "./types";

type Noun<A extends string> = A extends `${infer N}.${string}` ? N : never;
type ActionsOf<N extends string> = Extract<EntryAction, `${N}.${string}`>;
type Group<N extends string> = Readonly<{
  label: string;
  actions: Readonly<{ [A in ActionsOf<N>]: string }>;
}>;

/** The actions of entries by noun, with the names under which people choose them. */
const groups: { readonly [N in Noun<EntryAction>]: Group<N> } = {
  certificate: {
    label: "Certificates",
    actions: {
      "certificate.planned": "Issuance planned",
      "certificate.issued": "Certificate issued",
      "certificate.failed": "Issuance failed",
      "certificate.refused": "Certificate request rejected",
      "certificate.rotated": "Certificate rotated",
      "certificate.rotation-requested": "Certificate rotation requested",
      "certificate.rotation-request-canceled": "Request for rotation withdrawn",
      "certificate.revoked": "Certificate revoked",
      "certificate.held": "Certificate put on hold",
      "certificate.released": "Certificate released from hold",
      "certificate.read": "Certificate viewed",
    },
  },
  bulk: {
    label: "Bulk actions",
    actions: {
      "bulk.started": "Bulk action started",
      "bulk.finished": "Bulk action finished",
      "bulk.canceled": "Bulk action canceled",
      "bulk.stopped": "Bulk action stopped",
      "bulk.read": "Bulk action viewed",
    },
  },
  inventory: {
    label: "Inventory",
    actions: {
      "inventory.exported": "Inventory exported",
      "inventory.signed-off": "Inventory signed off",
    },
  },
  authority: {
    label: "Authorities",
    actions: {
      "authority.created": "Authority created",
      "authority.confirmed": "Authority confirmed on the host",
      "authority.rejected": "Authority rejected on the host",
      "authority.activated": "Authority activated",
      "authority.updated": "Authority updated",
      "authority.read": "Authority viewed",
    },
  },
  key: {
    label: "Keys",
    actions: { "key.created": "Key created", "key.blocked": "Public key blocked" },
  },
  ceiling: { label: "Signing limits", actions: { "ceiling.set": "Signing limit set" } },
  signer: { label: "Signer", actions: { "signer.refused": "Signature refused" } },
  crl: {
    label: "CRLs",
    actions: { "crl.requested": "CRL requested", "crl.issued": "CRL issued" },
  },
  profile: {
    label: "Profiles",
    actions: {
      "profile.created": "Profile created",
      "profile.updated": "Profile updated",
      "profile.read": "Profile viewed",
    },
  },
  identity: {
    label: "Identities",
    actions: {
      "identity.created": "Identity created",
      "identity.updated": "Identity updated",
      "identity.suspended": "Identity suspended",
      "identity.activated": "Identity activated",
      "identity.names-added": "Names added",
      "identity.names-released": "Names released",
      "identity.names-shared": "Names shared",
      "identity.names-transferred": "Names transferred",
      "identity.names-decided": "Holder of names decided",
      "identity.name-freed": "Name available again",
      "identity.names-upgraded": "Names taken over from certificates",
      "identity.power-granted": "Power granted",
      "identity.power-removed": "Power removed",
      "identity.read": "Identity viewed",
    },
  },
  names: {
    label: "Names",
    actions: {
      "names.upgraded": "Names upgraded",
      "names.undecided": "Names without a holder",
      "names.enforced": "Name rules enforced",
    },
  },
  "acme-key": {
    label: "ACME keys",
    actions: {
      "acme-key.created": "ACME key created",
      "acme-key.revoked": "ACME key revoked",
    },
  },
  "ca-permission": {
    label: "CA permissions",
    actions: {
      "ca-permission.created": "CA permission created",
      "ca-permission.confirmed": "CA permission confirmed on the host",
      "ca-permission.rejected": "CA permission rejected on the host",
      "ca-permission.revoked": "CA permission revoked",
    },
  },
  "enrollment-secret": {
    label: "Enrollment secrets",
    actions: {
      "enrollment-secret.created": "Enrollment secret created",
      "enrollment-secret.used": "Enrollment secret used",
      "enrollment-secret.refused": "Enrollment secret refused",
      "enrollment-secret.revoked": "Enrollment secret revoked",
    },
  },
  login: {
    label: "Logins",
    actions: { "login.created": "Login token created" },
  },
  acme: {
    label: "ACME",
    actions: {
      "acme.account-created": "ACME account created",
      "acme.account-updated": "ACME account updated",
      "acme.account-deactivated": "ACME account deactivated",
      "acme.key-changed": "ACME account key changed",
      "acme.order-created": "ACME order created",
      "acme.name-validated": "Name validated by ACME",
      "acme.challenge-failed": "ACME challenge failed",
      "acme.authorization-deactivated": "ACME authorization deactivated",
      "acme.order-issued": "ACME order issued",
      "acme.order-failed": "ACME order failed",
    },
  },
  session: {
    label: "Sign-ins",
    actions: {
      "session.started": "Signed in",
      "session.refused": "Sign-in failed",
      "session.ended": "Session ended",
    },
  },
  account: {
    label: "Users",
    actions: {
      "account.created": "User created",
      "account.updated": "User updated",
      "account.locked": "Sign-in locked",
      "account.read": "User viewed",
    },
  },
  invitation: {
    label: "Invitations",
    actions: {
      "invitation.created": "Invitation created",
      "invitation.canceled": "Invitation canceled",
      "invitation.accepted": "Invitation accepted",
    },
  },
  token: {
    label: "Tokens",
    actions: {
      "token.created": "Token created",
      "token.revoked": "Token revoked",
      "token.read": "Token viewed",
    },
  },
  request: {
    label: "Requests",
    actions: {
      "request.refused": "Request refused",
      "request.refused-many": "Requests refused, counted",
      "request.authorized": "Access to a service allowed",
      "request.denied": "Access to a service denied",
    },
  },
  event: { label: "Reported events", actions: { "event.reported": "Event reported" } },
  policy: {
    label: "Policies",
    actions: {
      "policy.created": "Policy created",
      "policy.updated": "Policy updated",
      "policy.read": "Policy viewed",
    },
  },
  proxy: {
    label: "Proxies",
    actions: {
      "proxy.trusted": "Proxy trusted",
      "proxy.updated": "Proxy updated",
      "proxy.removed": "Proxy removed",
      "proxy.read": "Proxy viewed",
    },
  },
  custody: { label: "Usage", actions: { "custody.read": "Usage viewed" } },
  alert: {
    label: "Alerts",
    actions: {
      "alert.opened": "Alert opened",
      "alert.escalated": "Alert escalated",
      "alert.acknowledged": "Alert acknowledged",
      "alert.assigned": "Alert assigned",
      "alert.resolved": "Alert resolved",
      "alert.read": "Alert viewed",
    },
  },
  exception: {
    label: "Exceptions",
    actions: {
      "exception.created": "Exception created",
      "exception.ended": "Exception ended",
      "exception.read": "Exceptions viewed",
    },
  },
  rule: {
    label: "Alert rules",
    actions: { "rule.updated": "Alert rule updated", "rule.read": "Alert rules viewed" },
  },
  destination: {
    label: "Delivery",
    actions: {
      "destination.created": "Destination created",
      "destination.updated": "Destination updated",
      "destination.removed": "Destination removed",
      "destination.tested": "Destination tested",
      "destination.retried": "Notifications retried",
      "destination.read": "Destinations viewed",
    },
  },
  audit: {
    label: "Audit log",
    actions: { "audit.exported": "Entries exported", "audit.read": "Audit log viewed" },
  },
  view: {
    label: "Saved views",
    actions: {
      "view.created": "View saved",
      "view.renamed": "View renamed",
      "view.deleted": "View deleted",
    },
  },
  log: {
    label: "Log and checkpoints",
    actions: {
      "log.opened": "Log opened",
      "log.halted": "Log halted",
      "log.continued": "Log continued",
      "log.anchored": "Timestamp obtained",
      "log.read": "State of the log viewed",
    },
  },
  index: {
    label: "Search index",
    actions: {
      "index.sealed": "Part of the search index sealed",
      "index.rebuilt": "Search index rebuilt",
    },
  },
  verification: {
    label: "Verification",
    actions: {
      "verification.requested": "Verification requested",
      "verification.finished": "Verification finished",
    },
  },
  drill: {
    label: "Tamper drills",
    actions: {
      "drill.requested": "Tamper drill requested",
      "drill.finished": "Tamper drill finished",
    },
  },
  source: {
    label: "Sources of entries",
    actions: {
      "source.heartbeat": "Entry numbers confirmed",
      "source.gap": "Missing entries found",
    },
  },
  backup: {
    label: "Backups",
    actions: { "backup.made": "Backup taken", "backup.restored": "Backup restored" },
  },
  overview: { label: "Overview", actions: { "overview.read": "Overview viewed" } },
  search: { label: "Search", actions: { "search.read": "Console searched" } },
  organization: {
    label: "Organization",
    actions: { "organization.created": "Organization created" },
  },
  setup: {
    label: "Setup",
    actions: {
      "setup.granted": "Setup allowed",
      "setup.completed": "Setup completed",
      "setup.step-confirmed": "Checklist step confirmed",
      "setup.checklist-dismissed": "Checklist dismissed",
    },
  },
  system: {
    label: "System",
    actions: { "system.started": "Started", "system.recovered": "Recovered after a restart" },
  },
  demo: {
    label: "Demonstration",
    actions: { "demo.created": "Demonstration created" },
  },
};

/** A choice of an action filter: an action, or all of a noun (`certificate.`). */
export type ActionChoice = Readonly<{ value: string; label: string }>;
export type ActionGroup = Readonly<{ label: string; choices: readonly ActionChoice[] }>;

/** Every action by noun; the first choice of a group with several is all of the noun. */
export const actionGroups: readonly ActionGroup[] = Object.entries(groups).map(
  ([noun, { label, actions }]) => {
    const choices = Object.entries(actions).map(([value, name]) => ({ value, label: name }));
    return {
      label,
      choices:
        choices.length > 1 ? [{ value: `${noun}.`, label: `${label}: all` }, ...choices] : choices,
    };
  },
);

const labels = new Map(
  actionGroups.flatMap(({ choices }) => choices.map(({ value, label }) => [value, label])),
);

/** The name of an action or of all actions of a noun; itself if it has none. */
export const actionLabel = (action: string): string => labels.get(action) ?? action;
