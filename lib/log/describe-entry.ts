import type { EntryAction, EntryDetails, EntryRecord } from "./types";

/** What a sentence is made of; a summary and a record both have it. */
export type Describable = Pick<
  EntryRecord,
  "action" | "outcome" | "reason" | "actor" | "target" | "details"
>;

type Phrases = {
  readonly [A in EntryAction]: (details: EntryDetails[A], target: string) => string;
};

const viewed =
  (noun: string) =>
  (_: unknown, target: string): string =>
    `viewed ${target === "" ? `the ${noun}s` : `${noun} ${target}`}`;
const because = (comment: string): string => (comment === "" ? "" : `: ${comment}`);
/** The day of a time that the details hold as text; the entry itself shows it whole. */
const day = (time: string): string => time.slice(0, 10);
const fields = (changes: EntryDetails["identity.updated"]["changes"]): string =>
  Object.keys(changes).join(", ") || "nothing";

/** The first finding's first sentence stands for all; the entry shows every one. */
function summarise(findings: EntryDetails["certificate.refused"]["findings"]): string {
  const first = findings[0]?.message.split(/\.\s/)[0]?.replace(/\.$/, "") ?? "";
  return findings.length > 1 ? `${first}, and ${findings.length - 1} more` : first;
}

/** The predicate of each act. A new kind of entry does not compile without its phrase. */
const phrases: Phrases = {
  "setup.completed": ({ organization }) => `completed the setup of ${organization}`,
  "organization.created": ({ name }) => `created the organisation ${name}`,
  "authority.created": ({ keyAlgorithm }, target) =>
    `created authority ${target} with a key of ${keyAlgorithm}`,
  "authority.activated": ({ notAfter }, target) =>
    `activated authority ${target}, valid until ${day(notAfter)}`,
  "authority.updated": ({ changes }, target) => `changed authority ${target}: ${fields(changes)}`,
  "authority.read": viewed("authority"),
  "profile.created": ({ version }, target) => `created profile ${target}, version ${version}`,
  "profile.updated": ({ version, changes }, target) =>
    `changed profile ${target} to version ${version}: ${fields(changes)}`,
  "profile.read": viewed("profile"),
  "identity.created": ({ kind, owner }, target) =>
    `created the ${kind} ${target}, owned by ${owner}`,
  "identity.updated": ({ changes }, target) => `changed identity ${target}: ${fields(changes)}`,
  "identity.suspended": ({ comment }, target) => `suspended identity ${target}${because(comment)}`,
  "identity.activated": ({ comment }, target) => `activated identity ${target}${because(comment)}`,
  "identity.read": viewed("identity"),
  "certificate.planned": ({ notAfter }, target) =>
    `planned certificate ${target}, valid until ${day(notAfter)}`,
  "certificate.issued": (_, target) => `issued certificate ${target}`,
  "certificate.failed": ({ cause }, target) => `did not finish certificate ${target}: ${cause}`,
  "certificate.refused": ({ profile, findings }) =>
    `asked for a certificate by profile ${profile}: ${summarise(findings)}`,
  "certificate.rotated": ({ supersedeAt }, target) =>
    `rotated certificate ${target}; its successor takes over by ${supersedeAt.slice(0, 16).replace("T", " ")} UTC`,
  "certificate.revoked": ({ reason, raised, comment }, target) =>
    `${raised ? "raised the revocation" : "revoked certificate"} ${raised ? `of ${target} to` : `${target},`} ${reason}${because(comment)}`,
  "certificate.held": ({ comment }, target) =>
    `put certificate ${target} on hold${because(comment)}`,
  "certificate.released": ({ comment }, target) =>
    `released certificate ${target} from hold${because(comment)}`,
  "certificate.read": viewed("certificate"),
  "crl.issued": ({ entryCount }, target) =>
    `published the CRL of ${target} with ${entryCount} revoked`,
  "account.created": ({ email, role }) => `created the account ${email} as ${role}`,
  "account.updated": ({ changes }, target) => `changed the account ${target}: ${fields(changes)}`,
  "account.locked": ({ failures, until }, target) =>
    `locked ${target === "" ? "an account" : target} after ${failures} failed sign-ins, until ${until}`,
  "account.read": viewed("account"),
  "session.started": () => "signed in",
  "session.refused": ({ email }) => `tried to sign in as ${email}`,
  "session.ended": ({ by }, target) =>
    by === "self" ? "signed out" : `ended the session${target === "" ? "" : ` of ${target}`}`,
  "token.created": ({ name, role }) => `created the API token ${name} as ${role}`,
  "token.revoked": ({ name }) => `revoked the API token ${name}`,
  "token.read": viewed("API token"),
  "overview.read": () => "viewed the overview",
  "audit.read": ({ filter }, target) =>
    target === "" ? `searched the log${filter ? ` for ${filter}` : ""}` : `viewed entry ${target}`,
  "audit.exported": ({ count, format, filter }) =>
    `exported ${count} entries as ${format}${filter ? ` for ${filter}` : ""}`,
  "request.refused": ({ method, path }) => `called ${method} ${path}`,
  "request.authorized": ({ service, method, path }) =>
    `was allowed ${method} ${path} on ${service}`,
  "request.denied": ({ service, method, path, code }) =>
    `asked for ${method} ${path} on ${service} and was denied (${code})`,
  "event.reported": ({ name, onBehalfOf }, target) =>
    `reported ${name}${target === "" ? "" : ` on “${target}”`}${onBehalfOf === undefined ? "" : ` for “${onBehalfOf}”`}`,
  "policy.created": (_, target) => `created the policy of ${target}`,
  "policy.updated": ({ version, changes }, target) =>
    `changed the policy of ${target} to version ${version}: ${fields(changes)}`,
  "policy.read": viewed("policy"),
  "proxy.trusted": ({ kind }, target) => `trusted ${target} as a proxy (${kind})`,
  "proxy.updated": ({ changes }, target) => `changed the proxy ${target}: ${fields(changes)}`,
  "proxy.removed": ({ comment }, target) =>
    `stopped trusting ${target} as a proxy${because(comment)}`,
  "proxy.read": viewed("proxy"),
  "custody.read": () => "viewed the custody of all certificates",
  "alert.opened": ({ summary, severity }) => `raised an alert (${severity}): ${summary}`,
  "alert.escalated": ({ from, to }, target) => `raised the alert ${target} from ${from} to ${to}`,
  "alert.acknowledged": ({ comment }, target) =>
    `acknowledged the alert ${target}${because(comment)}`,
  "alert.assigned": ({ assignee, previous, to }, target) => {
    const now = assignee === undefined ? to : assignee && assignee.label,
      before = previous && previous.id !== assignee?.id ? previous.label : null;
    if (now === null)
      return before === null
        ? `took the assignment off the alert ${target}`
        : `took the alert ${target} from ${before}`;
    return `assigned the alert ${target} to ${now}${before === null ? "" : ` instead of ${before}`}`;
  },
  "alert.resolved": ({ resolution, comment }, target) =>
    `resolved the alert ${target} as ${resolution}${because(comment)}`,
  "alert.read": viewed("alert"),
  "exception.created": ({ rule, expiresAt, comment }, target) =>
    `made an exception from ${rule} for ${target} until ${day(expiresAt)}${because(comment)}`,
  "exception.ended": ({ comment }, target) =>
    `ended the exception for ${target}${because(comment)}`,
  "exception.read": viewed("exception"),
  "rule.updated": ({ changes, comment }, target) =>
    `changed the rule ${target}: ${fields(changes)}${because(comment)}`,
  "rule.read": viewed("rule"),
  "destination.created": ({ kind, address }, target) =>
    `added the destination ${target} (${kind} to ${address})`,
  "destination.updated": ({ changes }, target) =>
    `changed the destination ${target}: ${fields(changes)}`,
  "destination.removed": ({ comment }, target) =>
    `removed the destination ${target}${because(comment)}`,
  "destination.tested": (_, target) => `sent a test to ${target}`,
  "destination.read": viewed("destination"),
  "system.started": ({ version }) => `started version ${version}`,
  "system.recovered": ({ closed }) => `closed ${closed} unfinished acts after a restart`,
  "log.opened": ({ origin }) => `opened the log ${origin}`,
  "log.halted": ({ rememberedSize, foundSize }) =>
    `stopped publishing the log: ${rememberedSize} entries are remembered, ${foundSize} were found`,
  "log.continued": ({ origin, lost, comment }) =>
    `continued the log as ${origin}; ${lost} entries of the one before are missing${because(comment)}`,
  "log.anchored": ({ size, authority }) =>
    `had the checkpoint of ${size} entries time-stamped by ${authority}`,
  "log.read": () => "viewed the state of the log",
  "verification.requested": ({ by }) =>
    by === "schedule"
      ? "began the nightly verification of the log"
      : "asked for a verification of the log",
  "verification.finished": ({ size, problems }) =>
    `verified ${size} entries of the log${problems.length === 0 ? "" : `: ${problems[0]}`}`,
  "drill.requested": ({ entries }) => `asked for a tamper drill on a copy of ${entries} entries`,
  "drill.finished": ({ attacks }) =>
    `finished a tamper drill: ${attacks.filter(({ caughtBy }) => caughtBy.length > 0).length} of ${attacks.length} attacks were caught`,
  "source.heartbeat": ({ source, settled, ended }) =>
    `reported ${settled} numbered entries of ${source}${ended ? ", its last" : ""}`,
  "source.gap": ({ source, missing }) =>
    `found that entries of ${source} never arrived: ${missing}`,
};

const endings = { success: "", denied: "Refused", failure: "Failed" } as const;

/**
 * One plain sentence: who did what, and how it ended. Never throws: an entry of a later version, or with details that are missing, is
 * described by its action alone.
 */
export function describeEntry({
  action,
  outcome,
  reason,
  actor,
  target,
  details,
}: Describable): string {
  const sentence = `${nameActor(actor)} ${predicate(action, details, target?.label || target?.id || "")}.`;
  const ending = endings[outcome] ?? outcome;
  // A refused request has said its findings already; its reason lists their codes.
  const why =
    reason === null || reason === "" || action === "certificate.refused"
      ? ""
      : `: ${reason.replace(/\.$/, "")}`;
  return ending === "" ? sentence : `${sentence} ${ending}${why}.`;
}

function nameActor({ kind, label }: Describable["actor"]): string {
  if (kind === "token") return `Token ${label}`;
  if (kind === "system") return label === "" ? "Chancery" : `Chancery (${label})`;
  return label === "" || label === "anonymous"
    ? "Somebody"
    : label.replace(/^[a-z]+ /, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

function predicate(action: EntryAction, details: EntryRecord["details"], target: string): string {
  try {
    const phrase = phrases[action] as
      | ((details: EntryRecord["details"], target: string) => string)
      | undefined;
    const said = phrase?.(details, target).replace(/\.$/, "") ?? "";
    if (said !== "" && !/\bundefined\b/.test(said)) return said;
  } catch {
    // Details of another version: fall through to the action's own name.
  }
  return `${String(action).replace(/^(\S+)\.(\S+)$/, "$2 $1")}${target === "" ? "" : ` ${target}`}`;
}
