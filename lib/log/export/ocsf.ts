import { describeEntry } from "../describe-entry";
import type { EntryRecord } from "../types";
import type { ExportedEntry } from "./types";

type Members = Readonly<Record<string, unknown>>;
type Kind = Readonly<{ category: number; class: number; activity: number; members: Members }>;

const VERSION = "1.3.0",
  IDENTITY = 3,
  APPLICATION = 6;
const ACCOUNT_CHANGE = 3001,
  AUTHENTICATION = 3002,
  ENTITY_MANAGEMENT = 3004,
  API_ACTIVITY = 6003;
const SUCCESS = 1,
  FAILURE = 2,
  INFORMATIONAL = 1,
  LOW = 2,
  CRITICAL = 5,
  OTHER = 99;

/** Authentication: Logon and Logoff. */
const sessions: Readonly<Record<string, number>> = {
  "session.started": 1,
  "session.refused": 1,
  "session.ended": 2,
};
/** Account Change: Create, Lock. */
const accounts: Readonly<Record<string, number>> = {
  "account.created": 1,
  "account.updated": OTHER,
  "account.locked": 9,
};
/** Entity Management: Create, Update, Delete, Enable, Activate, Deactivate, Suspend and Resume, by the verb of the action. */
const lifecycle: Readonly<Record<string, number>> = {
  created: 1,
  planned: 1,
  issued: 1,
  updated: 3,
  rotated: 3,
  revoked: 11,
  failed: OTHER,
  refused: OTHER,
  activated: 10,
  suspended: 12,
  held: 12,
  released: 13,
};
const nouns = new Set([
  "organization",
  "authority",
  "profile",
  "identity",
  "certificate",
  "crl",
  "token",
]);
/** API Activity by method. */
const methods: Readonly<Record<string, number>> = {
  GET: 2,
  HEAD: 2,
  POST: 1,
  PATCH: 3,
  PUT: 3,
  DELETE: 4,
};
const alarms = new Set(["log.halted", "source.gap"]);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/**
 * One entry as an OCSF event (schema 1.3.0): Authentication, Account Change, Entity Management, or API Activity for all else. `raw_data` is the
 * exact text that is hashed.
 */
export function ocsfLine({ seq, leafHash, log, checkpoint, record, text }: ExportedEntry): string {
  const { category, class: classUid, activity, members } = kindOf(record),
    succeeded = record.outcome === "success";
  const event = {
    category_uid: category,
    class_uid: classUid,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    activity_name: record.action,
    time: Date.parse(record.ts),
    severity_id: severityOf(record),
    status_id: succeeded ? SUCCESS : FAILURE,
    status: succeeded ? "Success" : "Failure",
    status_code: record.outcome,
    ...(record.reason === null ? {} : { status_detail: record.reason }),
    message: describeEntry(record),
    metadata: {
      version: VERSION,
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

function kindOf(record: EntryRecord): Kind {
  const { action, target, details } = record,
    [noun = "", verb = ""] = action.split(".");
  const session = sessions[action],
    account = accounts[action],
    entity = nouns.has(noun) ? lifecycle[verb] : undefined;
  if (session !== undefined) {
    const email = textOf(details["email"]);
    const members = {
      user: email === undefined ? userOf(record) : { name: email },
      service: { name: "Chancery" },
      ...requestOf(record),
    };
    return { category: IDENTITY, class: AUTHENTICATION, activity: session, members };
  }
  if (account !== undefined && target !== null)
    return {
      category: IDENTITY,
      class: ACCOUNT_CHANGE,
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
    return { category: IDENTITY, class: ENTITY_MANAGEMENT, activity: entity, members };
  }
  const resources =
    target === null
      ? {}
      : { resources: [{ name: target.label || target.id, uid: target.id, type: target.kind }] };
  return {
    category: APPLICATION,
    class: API_ACTIVITY,
    activity: apiActivityOf(record),
    members: { api: apiOf(record), ...requestOf(record), ...resources },
  };
}

function apiActivityOf({ action, details }: EntryRecord): number {
  if (action.endsWith(".read") || action === "audit.exported") return methods["GET"] ?? OTHER;
  return methods[textOf(details["method"]) ?? ""] ?? OTHER;
}

function apiOf({ action, details, requestId }: EntryRecord): Members {
  const method = textOf(details["method"]),
    path = textOf(details["path"]);
  return {
    operation: method === undefined ? action : `${method} ${path ?? ""}`,
    service: { name: "Chancery" },
    request: { uid: requestId },
  };
}

function requestOf({ details, origin, requestId }: EntryRecord): Members {
  const method = textOf(details["method"]),
    path = textOf(details["path"]);
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

/** Regular users, systems and services as OCSF numbers them; who is unknown is that. */
const userTypes: Readonly<Record<string, number>> = {
  user: 1,
  system: 3,
  token: 4,
  certificate: 4,
  anonymous: 0,
};

function userOf({ actor, credential }: EntryRecord): Members {
  return {
    name: actor.label || actor.kind,
    ...(actor.id === null ? {} : { uid: actor.id }),
    type: actor.kind,
    type_id: userTypes[actor.kind] ?? OTHER,
    ...(credential === null ? {} : { credential_uid: credential.serial }),
  };
}

/** An endpoint has an address or a name at least; Chancery's own work has no address. */
function endpointOf({ origin }: EntryRecord): Members {
  return origin.ip === null
    ? { svc_name: "chancery" }
    : { ip: origin.ip, ...(origin.port === null ? {} : { port: origin.port }) };
}

function severityOf({ action, outcome }: EntryRecord): number {
  if (alarms.has(action) || (action === "verification.finished" && outcome !== "success"))
    return CRITICAL;
  return outcome === "success" ? INFORMATIONAL : LOW;
}
