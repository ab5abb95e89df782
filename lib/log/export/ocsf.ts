import { describeEntry } from "@/lib/log/describe-entry";
import type { EntryRecord } from "@/lib/log/types";
import type { ExportedEntry } from "./types";

type Members = Readonly<Record<string, unknown>>;
type Classification = Readonly<{
  category: number;
  class: number;
  activity: number;
  members: Members;
}>;

const schemaVersion = "1.3.0";
const identityCategory = 3;
const applicationCategory = 6;
const accountChangeClass = 3001;
const authenticationClass = 3002;
const entityManagementClass = 3004;
const apiActivityClass = 6003;
const statusSuccess = 1;
const statusFailure = 2;
const severityInformational = 1;
const severityLow = 2;
const severityCritical = 5;
const activityOther = 99;

/** Authentication activities: Logon and Logoff. */
const sessionActivities: Readonly<Record<string, number>> = {
  "session.started": 1,
  "session.refused": 1,
  "session.ended": 2,
};
/** Account Change activities: Create, Lock. */
const accountActivities: Readonly<Record<string, number>> = {
  "account.created": 1,
  "account.updated": activityOther,
  "account.locked": 9,
};
/** Entity Management activities (Create, Update, Suspend, Resume …) by the action's verb. */
const lifecycleActivities: Readonly<Record<string, number>> = {
  created: 1,
  planned: 1,
  issued: 1,
  updated: 3,
  rotated: 3,
  revoked: 11,
  failed: activityOther,
  refused: activityOther,
  activated: 10,
  suspended: 12,
  held: 12,
  released: 13,
};
const entityNouns = new Set([
  "organization",
  "authority",
  "profile",
  "identity",
  "certificate",
  "crl",
  "token",
]);
/** API Activity activities by HTTP method. */
const methodActivities: Readonly<Record<string, number>> = {
  GET: 2,
  HEAD: 2,
  POST: 1,
  PATCH: 3,
  PUT: 3,
  DELETE: 4,
};
const alarmActions = new Set(["log.halted", "source.gap"]);

const timeOf = (value: unknown): number | undefined =>
  typeof value === "string" ? Date.parse(value) : undefined;
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/**
 * An entry as an OCSF event (schema 1.3.0): Authentication, Account Change, Entity Management, or
 * API Activity for everything else. `raw_data` is the exact text that is hashed.
 */
export function ocsfLine({ seq, leafHash, log, checkpoint, record, text }: ExportedEntry): string {
  const { category, class: classUid, activity, members } = classify(record);
  const succeeded = record.outcome === "success";
  const event = {
    category_uid: category,
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    activity_name: record.action,
    time: Date.parse(record.ts),
    severity_id: severityOf(record),
    status_id: succeeded ? statusSuccess : statusFailure,
    status: succeeded ? "Success" : "Failure",
    status_code: record.outcome,
    ...(record.reason === null ? {} : { status_detail: record.reason }),
    message: describeEntry(record),
    ...countOf(record),
    metadata: {
      version: schemaVersion,
      // In this class, `actor` comes with the profile (in the others it is their own).
      ...(classUid === entityManagementClass ? { profiles: ["host"] } : {}),
      product: { name: "Chancery", vendor_name: "Chancery" },
      uid: record.id,
      event_code: record.action,
      correlation_uid: record.correlationId,
      log_name: log ?? "",
      log_provider: "Chancery",
      original_time: record.ts,
      sequence: seq,
    },
    actor: { user: userOf(record) },
    src_endpoint: endpointOf(record),
    ...members,
    unmapped: { log_origin: log, seq, leaf_hash: leafHash, checkpoint_size: checkpoint },
    raw_data: text,
  };
  return `${JSON.stringify(event)}\n`;
}

/** How many requests the event stands for, and over what time, if it stands for more than one. */
function countOf({ action, details }: EntryRecord): Members {
  if (action !== "request.refused-many") return {};
  return {
    count: details["count"],
    start_time: timeOf(details["firstAt"]),
    end_time: timeOf(details["lastAt"]),
  };
}

function classify(record: EntryRecord): Classification {
  const { action, target, details } = record;
  const [noun = "", verb = ""] = action.split(".");
  const session = sessionActivities[action];
  const account = accountActivities[action];
  const entity = entityNouns.has(noun) ? lifecycleActivities[verb] : undefined;
  if (session !== undefined) {
    const email = textOf(details["email"]);
    const members = {
      user: email === undefined ? userOf(record) : { name: email },
      service: { name: "Chancery" },
      ...requestOf(record),
    };
    return { category: identityCategory, class: authenticationClass, activity: session, members };
  }
  if (account !== undefined && target !== null)
    return {
      category: identityCategory,
      class: accountChangeClass,
      activity: account,
      members: { user: { name: target.label || target.id, uid: target.id }, ...requestOf(record) },
    };
  if (entity !== undefined && target !== null) {
    const comment = textOf(details["comment"]);
    const members = {
      entity: { name: target.label || target.id, uid: target.id, type: target.kind },
      ...(comment === undefined ? {} : { comment }),
      ...requestOf(record),
    };
    return { category: identityCategory, class: entityManagementClass, activity: entity, members };
  }
  const resources =
    target === null
      ? {}
      : { resources: [{ name: target.label || target.id, uid: target.id, type: target.kind }] };
  return {
    category: applicationCategory,
    class: apiActivityClass,
    activity: apiActivityOf(record),
    members: { api: apiOf(record), ...requestOf(record), ...resources },
  };
}

function apiActivityOf({ action, details }: EntryRecord): number {
  if (action.endsWith(".read") || action === "audit.exported")
    return methodActivities["GET"] ?? activityOther;
  return methodActivities[textOf(details["method"]) ?? ""] ?? activityOther;
}

function apiOf({ action, details, requestId }: EntryRecord): Members {
  const method = textOf(details["method"]);
  const path = textOf(details["path"]);
  return {
    operation: method === undefined ? action : `${method} ${path ?? ""}`,
    service: { name: "Chancery" },
    request: { uid: requestId },
  };
}

function requestOf({ details, origin, requestId }: EntryRecord): Members {
  const method = textOf(details["method"]);
  const path = textOf(details["path"]);
  if (method === undefined && origin.userAgent === null) return {};
  return {
    http_request: {
      uid: requestId,
      ...(method === undefined ? {} : { http_method: method }),
      ...(path === undefined ? {} : { url: { path } }),
      ...(origin.userAgent === null ? {} : { user_agent: origin.userAgent }),
    },
  };
}

/** OCSF user types: User, System, Unknown. Tokens and certificates are of none: Other. */
const userTypes: Readonly<Record<string, number>> = { user: 1, system: 3, anonymous: 0 };

function userOf({ actor, credential }: EntryRecord): Members {
  return {
    name: actor.label || actor.kind,
    ...(actor.id === null ? {} : { uid: actor.id }),
    type: actor.kind,
    type_id: userTypes[actor.kind] ?? activityOther,
    ...(credential === null ? {} : { credential_uid: credential.serial }),
  };
}

/** OCSF requires an address or a name; Chancery's own actions have no address. */
function endpointOf({ origin }: EntryRecord): Members {
  return origin.ip === null
    ? { svc_name: "chancery" }
    : { ip: origin.ip, ...(origin.port === null ? {} : { port: origin.port }) };
}

function severityOf({ action, outcome }: EntryRecord): number {
  if (alarmActions.has(action) || (action === "verification.finished" && outcome !== "success"))
    return severityCritical;
  return outcome === "success" ? severityInformational : severityLow;
}
