import { destinationDigest } from "@/lib/log/destination-digest";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { EntryRecord } from "@/lib/log/types";
import { comparable, type Fields, millisOf, textOf } from "./fields";
import {
  endFields,
  setFields,
  applyChanges,
  createdSql,
  statedText,
  truncateSql,
  millisSql,
  type PlainEntityType,
} from "./plain-entity-type";

/** Access policies, trusted proxies, alerts, exceptions, saved views and destinations. */
export const custodyEntityTypes: readonly PlainEntityType[] = [
  {
    name: "policy",
    from: "policy",
    labelField: "service",
    created: "policy.created",
    columns: `id, service, ${truncateSql("name")} as name, ${truncateSql("description")} as description, status, version::text as version, rules::text as rules, ${createdSql()}`,
    initial: ({ details }) => ({
      name: statedText(details, "name"),
      description: statedText(details, "description"),
      service: comparable(details.service),
      status: "active",
      version: textOf(details.version),
      rules: comparable(details.rulesSha256),
    }),
    transitions: {
      updated: (before, record) => ({
        ...applyChanges({ name: "name", description: "description", status: "status" })(
          before,
          record,
        ),
        version: textOf(record.details.version),
        rules: comparable(record.details.rulesSha256),
      }),
    },
  },
  {
    name: "proxy",
    from: "proxy",
    labelField: "identity",
    created: "proxy.trusted",
    columns: `id, identity_id as identity, kind, hops::text as hops, array_to_string(scopes, ', ') as scopes, status, ${truncateSql("note")} as note, ${createdSql()}`,
    initial: ({ details }) => ({
      identity: comparable(details.identityId),
      kind: comparable(details.kind),
      hops: textOf(details.hops),
      // Proxies got scopes later: until then each was for forward auth.
      scopes: comparable(details.scopes ?? "forward-auth"),
      note: statedText(details, "note"),
      status: "active",
    }),
    transitions: {
      updated: applyChanges({
        kind: "kind",
        hops: "hops",
        scopes: "scopes",
        note: "note",
        status: "status",
      }),
      removed: setFields({ status: "removed" }),
    },
  },
  {
    name: "alert",
    from: "alert",
    labelField: "rule",
    created: "alert.opened",
    columns: `id, rule, severity, status, resolution, assigned_to as assignee, subject_kind as "subject's kind", ${truncateSql("subject_id")} as subject, ${truncateSql("subject_label")} as "subject's name",
      identity_id as identity, ${truncateSql("summary")} as summary, ${createdSql("opened_at")}, ${truncateSql("comment")} as comment, ${truncateSql("acknowledged_by")} as "acknowledged by",
      ${millisSql("acknowledged_at")} as "acknowledgment (near)", ${truncateSql("resolved_by")} as "resolved by", ${millisSql("resolved_at")} as "resolution date (near)"`,
    initial: ({ details }) => ({
      ...subjectOf(details.subject),
      identity: statedText(details, "identityId"),
      summary: comparable(details.summary),
      comment: "",
      "acknowledged by": null,
      "acknowledgment (near)": null,
      "resolved by": null,
      "resolution date (near)": null,
      rule: comparable(details.rule),
      severity: comparable(details.severity),
      status: "open",
      resolution: null,
      assignee: null,
    }),
    transitions: {
      assigned: (before, { details }) => ({ ...before, assignee: assigneeOf(details) }),
      escalated: (before, { details }) => ({ ...before, severity: comparable(details.to) }),
      acknowledged: (before, { ts, actor }) => ({
        ...before,
        status: "acknowledged",
        "acknowledged by": comparable(actor.label),
        "acknowledgment (near)": millisOf(ts),
      }),
      resolved: (before, { ts, actor, details }) => ({
        ...before,
        status: "resolved",
        comment: comparable(details.comment),
        "resolved by": comparable(actor.label),
        "resolution date (near)": millisOf(ts),
        resolution: comparable(details.resolution),
      }),
    },
  },
  {
    name: "exception",
    from: "alert_exception",
    labelField: "rule",
    created: "exception.created",
    columns: `id, subject_kind as "subject's kind", ${truncateSql("subject_id")} as subject, ${truncateSql("subject_label")} as "subject's name", ${truncateSql("comment")} as comment,
      ${truncateSql("created_by")} as creator, ${createdSql()}, rule, network, ${millisSql("expires_at")} as "expiration (UTC)", case when ended_at is null then 'active' else 'ended' end as state, ${millisSql("ended_at")} as "end (near)"`,
    initial: ({ actor, details }) => ({
      ...subjectOf(details.subject),
      comment: comparable(details.comment),
      creator: comparable(actor.label),
      rule: comparable(details.rule),
      network: comparable(details.network),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "active",
    }),
    transitions: { ended: endFields({ state: "ended" }, "end (near)") },
  },
  {
    name: "rule",
    from: "rule_setting",
    created: "rule.updated",
    labelField: "id",
    isWhole: true,
    columns: `id, enabled::text as "being enabled", severity, "values"::text as "list of values"`,
    derive: (row) => ({
      "list of values": canonicalJson(JSON.parse(row["list of values"] ?? "{}") as Json),
    }),
    initial: ({ details }) => settingsOf(details),
    transitions: {},
  },
  {
    name: "view",
    from: "saved_view",
    created: "view.created",
    columns: `id, ${truncateSql("name")} as name, ${truncateSql("query")} as filter, list, account_id as user, case when deleted_at is null then 'active' else 'deleted' end as state, ${millisSql("deleted_at")} as "end (near)"`,
    initial: ({ actor, details }) => ({
      name: comparable(details.name),
      filter: comparable(details.filter),
      list: comparable(details.list ?? "audit"),
      user: comparable(actor.id),
      state: "active",
    }),
    transitions: {
      renamed: (before, { details }) => ({ ...before, name: comparable(details.name) }),
      deleted: endFields({ state: "deleted" }, "end (near)"),
    },
  },
  {
    name: "bulk action",
    prefixes: ["bulk"],
    from: "bulk_act",
    created: "bulk.started",
    columns: `id, act as action, encode(sha256(convert_to(array_to_string(ids, ','), 'UTF8')), 'hex') as certificates, digest as "dry run", total::text as count, coalesce(reason, '') as reason,
      ${truncateSql("coalesce(owner, '')")} as owner, coalesce(assignee, '') as assignee, coalesce(resolution, '') as resolution, ${millisSql("replace_by")} as "replace by", ${truncateSql("comment")} as comment, actor_kind as "kind of creator", actor_id as "ID of creator", ${truncateSql("actor_label")} as creator, ${createdSql()}, status, coalesce(cause, '') as cause, ${millisSql("ended_at")} as "end (near)"`,
    initial: ({ actor, details }) => ({
      action: comparable(details.act),
      certificates: comparable(details.idsSha256),
      "dry run": comparable(details.sha256),
      count: String(details.count),
      reason: comparable(details.reason ?? ""),
      owner: comparable(details.owner ?? ""),
      assignee: comparable((details.assignee as { id?: unknown } | null | undefined)?.id ?? ""),
      resolution: comparable(details.resolution ?? ""),
      "replace by": millisOf(details.replaceBy),
      comment: comparable(details.comment),
      "kind of creator": comparable(actor.kind),
      "ID of creator": comparable(actor.id),
      creator: comparable(actor.label),
      status: "running",
      cause: "",
      "end (near)": null,
    }),
    transitions: {
      finished: endFields({ status: "finished" }, "end (near)"),
      canceled: endFields({ status: "canceled" }, "end (near)"),
      stopped: (before, { ts, details }) => ({
        ...before,
        "end (near)": millisOf(ts),
        status: "stopped",
        cause: comparable(details.cause),
      }),
    },
  },
  {
    name: "destination",
    from: "destination",
    created: "destination.created",
    columns: `id, kind, ${truncateSql("name")} as name, status, min_severity as "minimum severity", config::text as config, encode(sealed, 'hex') as sealed, ${createdSql()}`,
    derive: ({ config, sealed }) => ({
      settings: destinationDigest(JSON.parse(config ?? "{}") as object, sealed ?? null),
    }),
    initial: ({ details }) => ({
      settings: statedText(details, "settingsDigest"),
      kind: comparable(details.kind),
      name: comparable(details.name),
      status: "active",
      "minimum severity": comparable(details.minSeverity),
    }),
    transitions: {
      updated: (before, record) => ({
        ...applyChanges({ name: "name", status: "status", minSeverity: "minimum severity" })(
          before,
          record,
        ),
        settings: statedText(record.details, "settingsDigest"),
      }),
      removed: (before, { details }) => ({
        ...before,
        status: "removed",
        settings: statedText(details, "settingsDigest"),
      }),
    },
  },
];

function subjectOf(value: unknown): Fields {
  const { kind, id, label } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return {
    "subject's kind": comparable(kind),
    subject: comparable(id),
    "subject's name": comparable(label),
  };
}

/**
 * What an entry `rule.updated` says about the whole setting. Older entries have only the changes:
 * of them, whether the rule is enabled is compared if it is among them.
 */
function settingsOf({ settings, changes }: EntryRecord["details"]): Fields {
  const whole = settings as Readonly<Record<string, unknown>> | undefined;
  if (whole !== undefined)
    return {
      "being enabled": String(whole["enabled"]),
      severity: comparable(whole["severity"]),
      "list of values": canonicalJson(whole["values"] as Json),
    };
  const { enabled, severity } = (changes ?? {}) as Readonly<Record<string, { to?: unknown }>>;
  return {
    ...(enabled === undefined ? {} : { "being enabled": comparable(enabled.to) }),
    ...(severity === undefined ? {} : { severity: comparable(severity.to) }),
    "list of values": undefined,
  };
}

/**
 * The id of an alert's assignee. Older entries hold only a name; then the id is unknown and not
 * compared.
 */
function assigneeOf({
  assignee,
  to,
}: Readonly<Record<string, unknown>>): string | null | undefined {
  if (assignee === undefined) return to === null ? null : undefined;
  return assignee === null ? null : comparable((assignee as { id?: unknown }).id);
}
