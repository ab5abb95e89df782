import {
  withComment,
  dateOf,
  minuteOf,
  timeOf,
  changedFields,
  bulkFigures,
  bulkItems,
  bulkRecipient,
  countOf,
  listName,
  listNames,
  countEntries,
  reasonText,
  powerPhrases,
  bulkActText,
  rotationPhrases,
  summarizeFindings,
} from "./describe-parts";
import type { EntryAction, EntryDetails, EntryRecord } from "./types";

/** The parts of an entry that its sentence is made of; a summary and a record both have them. */
export type Describable = Pick<
  EntryRecord,
  "action" | "outcome" | "reason" | "actor" | "target" | "details"
>;

type Phrases = {
  readonly [A in EntryAction]: (details: EntryDetails[A], target: string) => string;
};

const viewed =
  (noun: string, plural = `${noun}s`) =>
  (_: unknown, target: string): string =>
    target === "" ? `viewed ${plural}` : `viewed ${noun} ${target}`;

function describeAssignment(
  { assignee, previous, to }: EntryDetails["alert.assigned"],
  target: string,
): string {
  const next = assignee === undefined ? to : assignee && assignee.label;
  const before = previous && previous.id !== assignee?.id ? previous.label : null;
  if (next === null)
    return before === null
      ? `unassigned alert ${target}`
      : `unassigned alert ${target} from ${before}`;
  return before === null
    ? `assigned alert ${target} to ${next}`
    : `reassigned alert ${target} from ${before} to ${next}`;
}

function describeRefusals({
  count,
  network,
  addressCount,
  moreAddresses,
  firstAt,
  lastAt,
  code,
}: EntryDetails["request.refused-many"]): string {
  const addresses = `${addressCount}${moreAddresses ? " or more" : ""} ${addressCount === 1 && !moreAddresses ? "address" : "addresses"}`;
  const places =
    network === null ? `${addresses} in several networks` : `${addresses} in ${network}`;
  return `sent ${countOf(count, "request")} from ${places} between ${timeOf(firstAt)} and ${timeOf(lastAt)} UTC (${code})`;
}
const invitationTexts = {
  invitation: "an invitation",
  "new-password": "a link for a new password",
  recovery: "a recovery link on the host",
} as const;

/** The predicate for each action. A new action does not compile without its phrase. */
const phrases: Phrases = {
  "setup.completed": ({ organization }) => `completed the setup of ${organization}`,
  "organization.created": ({ name }) => `created the organization ${name}`,
  "key.created": ({ purpose, algorithm }, target) =>
    purpose === "log"
      ? `created the ${algorithm} key of the log ${target}`
      : `created an ${algorithm} key for an authority`,
  "key.blocked": ({ comment }, target) => `blocked the public key ${target}${withComment(comment)}`,
  "ceiling.set": ({ version, reason }, target) =>
    version === 1
      ? `set the signer's ceiling of ${target}${reason === "upgrade" ? " from what it issued before" : ""}`
      : `changed the signer's ceiling of ${target} on the host`,
  "authority.confirmed": ({ by }, target) =>
    `confirmed the certificate of authority ${target} ${by === "setup" ? "with the setup" : "on the host"}`,
  "signer.refused": ({ code, count }, target) =>
    `refused ${countOf(count, "request")} to sign${target === "" ? "" : ` ${target}`} (${code})`,
  "authority.rejected": (_details, target) =>
    `rejected the certificate of authority ${target} on the host`,
  "setup.step-confirmed": ({ step }) => `confirmed the step ${step} of the checklist after setup`,
  "setup.checklist-dismissed": () => "dismissed the checklist after setup",
  "setup.granted": ({ domains, by }) =>
    `granted the setup for ${domains.join(", ")} with ${by === "link" ? "the one-time link" : "the environment of the host"}`,
  "authority.created": ({ keyAlgorithm }, target) =>
    `created authority ${target} with a ${keyAlgorithm} key`,
  "authority.activated": ({ notAfter }, target) =>
    `activated authority ${target}, which expires on ${dateOf(notAfter)}`,
  "authority.updated": ({ changes }, target) =>
    `updated authority ${target}: ${changedFields(changes)}`,
  "authority.read": viewed("authority", "authorities"),
  "profile.created": ({ version }, target) => `created profile ${target}, version ${version}`,
  "profile.updated": ({ version, changes }, target) =>
    `updated profile ${target} to version ${version}: ${changedFields(changes)}`,
  "profile.read": viewed("profile"),
  "identity.created": ({ kind, owner }, target) =>
    `created ${kind} identity ${target}, owned by ${owner}`,
  "identity.updated": ({ changes }, target) =>
    `updated identity ${target}: ${changedFields(changes)}`,
  "identity.names-added": ({ names }, target) => `added ${listNames(names)} to ${target}`,
  "identity.names-released": ({ names, reserved, comment }, target) =>
    `released ${listNames(names)} from ${target}${reserved.length > 0 ? ` (${reserved.length} stay reserved)` : ""}${withComment(comment)}`,
  "identity.names-shared": ({ names, with: others, comment }, target) =>
    `let ${target} share ${listNames(names)} with ${others.join(", ")}${withComment(comment)}`,
  "identity.names-transferred": ({ names, to, comment }, target) =>
    `transferred ${listNames(names)} from ${target} to ${to}${withComment(comment)}`,
  "identity.names-decided": ({ names, comment }, target) =>
    `decided who holds ${listNames(names)} of ${target}${withComment(comment)}`,
  "identity.name-freed": ({ name }, target) => `freed ${name}, which was reserved for ${target}`,
  "identity.names-upgraded": ({ names }, target) =>
    `bound ${listNames(names)} to ${target}, which its certificates carry`,
  "names.upgraded": ({ identities, names }) =>
    `bound ${countOf(names, "name")} to ${countOf(identities, "identity", "identities")}`,
  "acme-key.created": (_, target) => `created an ACME key for ${target}`,
  "acme-key.revoked": ({ comment }, target) =>
    `revoked the ACME key of ${target}${withComment(comment)}`,
  ...powerPhrases,
  "enrollment-secret.created": ({ profile, uses }, target) =>
    `created an enrollment secret for ${target} under ${profile}, for ${countOf(uses, "certificate")}`,
  "enrollment-secret.used": ({ use, uses, via }, target) =>
    `used the enrollment secret of ${target} (${use} of ${uses})${via === "acme" ? " to create an ACME account" : ""}`,
  "enrollment-secret.refused": ({ because }, target) =>
    `tried to use the enrollment secret of ${target}, which is refused: ${because}`,
  "login.created": ({ by }, target) => `logged in with a ${by}, as ${target}`,
  "enrollment-secret.revoked": ({ comment }, target) =>
    `revoked an enrollment secret of ${target}${withComment(comment)}`,
  "acme.account-created": (_, target) => `created ${target}`,
  "acme.account-updated": ({ changes }, target) => `updated ${target}: ${changedFields(changes)}`,
  "acme.account-deactivated": (_, target) => `deactivated ${target}`,
  "acme.key-changed": (_, target) => `changed the key of ${target}`,
  "acme.order-created": ({ names, profile }) =>
    `ordered a certificate for ${listNames(names.map(({ name }) => name))} under ${profile}`,
  "acme.name-validated": ({ name, authorizedBy }) => `proved control of ${name} by ${authorizedBy}`,
  "acme.challenge-failed": ({ name, challenge, problem }) =>
    `failed to prove control of ${name} by ${challenge}: ${problem}`,
  "acme.authorization-deactivated": ({ name }) => `deactivated its authorization for ${name}`,
  "acme.order-issued": ({ names }) =>
    `received the certificate for ${listNames(names.map(({ name, authorizedBy }) => `${name} (${authorizedBy})`))}`,
  "acme.order-failed": ({ problem }, target) => `got no certificate for ${target}: ${problem}`,
  "names.undecided": ({ unbound, conflicts }) =>
    `found ${countOf(unbound, "certificate")} with names that are not held, and ${countOf(conflicts, "undecided conflict")}`,
  "names.enforced": ({ comment }) => `enforced the binding of names${withComment(comment)}`,
  "identity.suspended": ({ comment }, target) =>
    `suspended identity ${target}${withComment(comment)}`,
  "identity.activated": ({ comment }, target) =>
    `reactivated identity ${target}${withComment(comment)}`,
  "identity.read": viewed("identity", "identities"),
  "certificate.planned": ({ notAfter, serverKey }, target) =>
    `planned certificate ${target}${serverKey ? ", with a key made by Chancery," : ","} which expires on ${dateOf(notAfter)}`,
  "certificate.issued": ({ serverKey }, target) =>
    `issued certificate ${target}${serverKey ? `, with a key that Chancery made and handed to ${serverKey.handedTo}` : ""}`,
  "certificate.failed": ({ cause }, target) => `did not issue certificate ${target}: ${cause}`,
  "certificate.refused": ({ profile, findings }) =>
    `requested a certificate with profile ${profile}: ${summarizeFindings(findings)}`,
  "certificate.rotated": ({ supersedeAt }, target) =>
    `rotated certificate ${target}, which is superseded at ${minuteOf(supersedeAt)}`,
  ...rotationPhrases,
  "certificate.revoked": ({ reason, raised, comment }, target) =>
    raised
      ? `changed the revocation reason of certificate ${target} to ${reasonText(reason)}${withComment(comment)}`
      : `revoked certificate ${target} (${reasonText(reason)})${withComment(comment)}`,
  "certificate.held": ({ comment }, target) =>
    `put certificate ${target} on hold${withComment(comment)}`,
  "certificate.released": ({ comment }, target) =>
    `released certificate ${target} from hold${withComment(comment)}`,
  "certificate.read": viewed("certificate"),
  "crl.requested": (_, target) => `requested a new CRL of ${target}`,
  "crl.issued": ({ entryCount }, target) =>
    `published the CRL of ${target} with ${countOf(entryCount, "revoked certificate")}`,
  "account.created": ({ email, role }) => `created user ${email} with the role ${role}`,
  "account.updated": ({ changes }, target) => `updated user ${target}: ${changedFields(changes)}`,
  "account.locked": ({ failures, until, from }, target) =>
    `locked ${target === "" ? "a user" : `user ${target}`}${from === undefined ? "" : ` for sign-ins from ${from}`} until ${until} after ${countOf(failures, "failed sign-in")}`,
  "account.read": viewed("user"),
  "invitation.created": ({ email, purpose, expiresAt }) =>
    `created ${invitationTexts[purpose]} for ${email}, which expires at ${minuteOf(expiresAt)}`,
  "invitation.canceled": ({ email }) => `canceled the password link of ${email}`,
  "invitation.accepted": ({ email }) => `set a password with the link for ${email}`,
  "session.started": () => "signed in",
  "session.refused": ({ email }) => `tried to sign in as ${email}`,
  "session.ended": ({ by }, target) =>
    by === "self" ? "signed out" : `ended a session${target === "" ? "" : ` of ${target}`}`,
  "token.created": ({ name, role }) => `created API token ${name} with the role ${role}`,
  "token.revoked": ({ name, endedWith }) =>
    endedWith === undefined
      ? `revoked API token ${name}`
      : `revoked API token ${name} together with ${endedWith.kind} ${endedWith.label}`,
  "token.read": viewed("API token"),
  "bulk.started": ({ act, count, reason, owner, assignee, resolution, replaceBy, comment }) =>
    `started to ${bulkActText(act, replaceBy)} ${bulkItems(act, count)}${bulkRecipient(owner, assignee)}${resolution === undefined ? "" : ` as ${resolution.replace("-", " ")}`}${reason === undefined ? "" : ` (${reasonText(reason)})`}${withComment(comment)}`,
  "bulk.finished": (details) => `finished a bulk action: ${bulkFigures(details)}`,
  "bulk.canceled": (details) => `canceled a bulk action: ${bulkFigures(details)}`,
  "bulk.stopped": ({ cause, ...details }) =>
    `stopped a bulk action: ${bulkFigures(details)}. ${cause}`,
  "inventory.exported": ({ what, format, filter, count }) =>
    `exported ${count} ${what} as ${format}${filter && ` for ${filter}`}`,
  "inventory.signed-off": ({ count, comment }) =>
    `signed off the inventory of ${countOf(count, "valid certificate")}${withComment(comment)}`,
  "bulk.read": viewed("bulk action"),
  "overview.read": () => "viewed the overview",
  "search.read": () => "searched the console",
  "audit.read": ({ filter }, target) =>
    target === ""
      ? `searched the audit log${filter ? ` for ${filter}` : ""}`
      : `viewed entry ${target}`,
  "audit.exported": ({ count, format, filter }) =>
    `exported ${countEntries(count)} as ${format}${filter ? ` for ${filter}` : ""}`,
  "request.refused": ({ method, path }) => `requested ${method} ${path}`,
  "request.refused-many": (details) => describeRefusals(details),
  "request.authorized": ({ service, method, path }) =>
    `was authorized for ${method} ${path} on ${service}`,
  "request.denied": ({ service, method, path, code }) =>
    `requested ${method} ${path} on ${service} (${code})`,
  "event.reported": ({ name, onBehalfOf }, target) =>
    `reported ${name}${target === "" ? "" : ` on “${target}”`}${onBehalfOf === undefined ? "" : ` for “${onBehalfOf}”`}`,
  "policy.created": (_, target) => `created the access policy of ${target}`,
  "policy.updated": ({ version, changes }, target) =>
    `updated the access policy of ${target} to version ${version}: ${changedFields(changes)}`,
  "policy.read": viewed("access policy", "access policies"),
  "proxy.trusted": ({ kind }, target) => `added trusted proxy ${target} (${kind})`,
  "proxy.updated": ({ changes }, target) =>
    `updated trusted proxy ${target}: ${changedFields(changes)}`,
  "proxy.removed": ({ comment }, target) =>
    `removed trusted proxy ${target}${withComment(comment)}`,
  "proxy.read": viewed("trusted proxy", "trusted proxies"),
  "custody.read": () => "viewed certificate usage",
  "alert.opened": ({ summary, severity }) => `opened an alert (${severity}): ${summary}`,
  "alert.escalated": ({ from, to }, target) => `raised alert ${target} from ${from} to ${to}`,
  "alert.acknowledged": ({ comment }, target) =>
    `acknowledged alert ${target}${withComment(comment)}`,
  "alert.assigned": describeAssignment,
  "alert.resolved": ({ resolution, comment }, target) =>
    `resolved alert ${target} as ${resolution}${withComment(comment)}`,
  "alert.read": viewed("alert"),
  "exception.created": ({ rule, expiresAt, comment }, target) =>
    `created an exception to ${rule} for ${target} until ${dateOf(expiresAt)}${withComment(comment)}`,
  "exception.ended": ({ comment }, target) =>
    `ended the exception for ${target}${withComment(comment)}`,
  "exception.read": viewed("exception"),
  "rule.updated": ({ changes, comment }, target) =>
    `updated rule ${target}: ${changedFields(changes)}${withComment(comment)}`,
  "rule.read": viewed("rule"),
  "destination.created": ({ kind, address }, target) =>
    `added destination ${target} (${kind}, ${address})`,
  "destination.updated": ({ changes }, target) =>
    `updated destination ${target}: ${changedFields(changes)}`,
  "destination.removed": ({ comment }, target) =>
    `removed destination ${target}${withComment(comment)}`,
  "destination.tested": (_, target) => `sent a test notification to ${target}`,
  "destination.retried": ({ count }, target) =>
    `retried ${countOf(count, "waiting notification")} to ${target}`,
  "destination.read": viewed("destination"),
  "view.created": ({ list, name }) => `saved the view ${name} of the ${listName(list)}`,
  "view.renamed": ({ list, from, name }) =>
    `renamed the view ${from} of the ${listName(list)} to ${name}`,
  "view.deleted": ({ list, name }) => `deleted the view ${name} of the ${listName(list)}`,
  "system.started": ({ version }) => `started version ${version}`,
  "demo.created": ({ days, filledAt }) =>
    `made the demonstration: ${countOf(days, "day")} of invented history before ${filledAt}`,
  "system.recovered": ({ closed }) =>
    `closed ${countOf(closed, "unfinished operation")} after a restart`,
  "log.opened": ({ origin }) => `opened the log ${origin}`,
  "log.halted": ({ rememberedSize, foundSize }) =>
    `halted the log: ${countEntries(rememberedSize)} remembered, ${foundSize} found`,
  "log.continued": ({ origin, lost, comment }) =>
    `continued the log as ${origin} without ${lost} lost ${lost === 1 ? "entry" : "entries"}${withComment(comment)}`,
  "backup.made": ({ entries, keys }) =>
    `made a backup with ${countEntries(entries)}, ${keys === "sealed" ? "with sealed keys" : "without keys"}`,
  "backup.restored": ({ takenAt, entries }) =>
    `restored the backup of ${takenAt} with ${countEntries(entries)}`,
  "log.anchored": ({ size, authority }) =>
    `obtained a timestamp from ${authority} for the checkpoint of ${countEntries(size)}`,
  "log.read": () => "viewed the state of the audit log",
  "index.sealed": ({ low, high }) => `sealed the search index of the entries ${low} to ${high - 1}`,
  "index.rebuilt": ({ how, low, high }) =>
    how === "discarded"
      ? `discarded the search index of ${countEntries(high)}, to have it built again`
      : `rebuilt the search index of the entries ${low} to ${high - 1}`,
  "verification.requested": ({ by }) =>
    by === "schedule"
      ? "started the nightly verification of the audit log"
      : "requested a verification of the audit log",
  "verification.finished": ({ size, problems }) =>
    `verified ${countEntries(size)} of the audit log${problems.length === 0 ? "" : `: ${problems[0]}`}`,
  "drill.requested": ({ entries }) =>
    `requested a tamper drill on a copy of ${countEntries(entries)}`,
  "drill.finished": ({ attacks }) =>
    `finished a tamper drill: ${attacks.filter(({ caughtBy }) => caughtBy.length > 0).length} of ${attacks.length} attacks were detected`,
  "source.heartbeat": ({ source, settled, ended }) =>
    `confirmed the first ${settled} entry numbers of ${source}${ended ? " as its last" : ""}`,
  "source.gap": ({ source, missing }) => `found that entries of ${source} are missing: ${missing}`,
};

/** Every action that an entry can have. */
export const entryActions = Object.keys(phrases) as readonly EntryAction[];

const outcomeWords = { success: "", denied: "Denied", failure: "Failed" } as const;

/**
 * A sentence that describes an entry: who did what, and the outcome. Never throws: an entry of a
 * later version, or one with missing details, is described by its action only.
 */
export function describeEntry(entry: Describable): string {
  const { action, outcome, reason, actor, target, details } = entry;
  if ((action as string) === "unreadable") return `This entry can't be read: ${reason ?? ""}.`;
  const sentence = `${describeActor(actor)} ${describeAction(action, details, target?.label || target?.id || "")}.`;
  const outcomeWord = outcomeWords[outcome] ?? outcome;
  // The findings of a rejected request are in its phrase already; its reason lists their codes.
  const cause =
    reason === null || reason === "" || action === "certificate.refused"
      ? ""
      : `: ${reason.replace(/\.$/, "")}`;
  return outcomeWord === "" ? sentence : `${sentence} ${outcomeWord}${cause}.`;
}

function describeActor({ kind, label }: Describable["actor"]): string {
  if (kind === "token") return `Token ${label}`;
  if (kind === "system") return label === "" ? "Chancery" : `Chancery (${label})`;
  return label === "" || label === "anonymous"
    ? "An unauthenticated client"
    : label.replace(/^[a-z]+ /, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

function describeAction(
  action: EntryAction,
  details: EntryRecord["details"],
  target: string,
): string {
  try {
    const phrase = phrases[action] as
      | ((details: EntryRecord["details"], target: string) => string)
      | undefined;
    const text = phrase?.(details, target).replace(/\.$/, "") ?? "";
    if (text !== "" && !/\bundefined\b/.test(text)) return text;
  } catch {
    // Details of another version: fall back to the name of the action.
  }
  return `${String(action).replace(/^(\S+)\.(\S+)$/, "$2 $1")}${target === "" ? "" : ` ${target}`}`;
}
