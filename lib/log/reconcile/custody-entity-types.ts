import { comparable, millisOf, textOf } from "./fields";
import {
  setFields,
  applyChanges,
  truncateSql,
  millisSql,
  type PlainEntityType,
} from "./plain-entity-type";

/** Access policies, trusted proxies, alerts, exceptions and destinations. */
export const custodyEntityTypes: readonly PlainEntityType[] = [
  {
    name: "policy",
    from: "policy",
    labelField: "service",
    created: "policy.created",
    columns: `id, service, ${truncateSql("name")} as name, ${truncateSql("description")} as description, status, version::text as version, rules::text as rules`,
    initial: ({ details }) => ({
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
    columns: `id, identity_id as identity, kind, hops::text as hops, array_to_string(scopes, ', ') as scopes, status, ${truncateSql("note")} as note`,
    initial: ({ details }) => ({
      identity: comparable(details.identityId),
      kind: comparable(details.kind),
      hops: textOf(details.hops),
      // Proxies got scopes later: until then each was for forward auth.
      scopes: comparable(details.scopes ?? "forward-auth"),
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
    columns:
      "id, rule, severity, status, subject_id as subject, resolution, assigned_to as assignee",
    initial: ({ details }) => ({
      rule: comparable(details.rule),
      severity: comparable(details.severity),
      status: "open",
      resolution: null,
      assignee: null,
    }),
    transitions: {
      assigned: (before, { details }) => ({ ...before, assignee: assigneeOf(details) }),
      escalated: (before, { details }) => ({ ...before, severity: comparable(details.to) }),
      acknowledged: setFields({ status: "acknowledged" }),
      resolved: (before, { details }) => ({
        ...before,
        status: "resolved",
        resolution: comparable(details.resolution),
      }),
    },
  },
  {
    name: "exception",
    from: "alert_exception",
    labelField: "rule",
    created: "exception.created",
    columns: `id, rule, network, ${millisSql("expires_at")} as "expiration (UTC)", case when ended_at is null then 'active' else 'ended' end as state`,
    initial: ({ details }) => ({
      rule: comparable(details.rule),
      network: comparable(details.network),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "active",
    }),
    transitions: { ended: setFields({ state: "ended" }) },
  },
  {
    name: "destination",
    from: "destination",
    created: "destination.created",
    columns: `id, kind, ${truncateSql("name")} as name, status, min_severity as "minimum severity"`,
    initial: ({ details }) => ({
      kind: comparable(details.kind),
      name: comparable(details.name),
      status: "active",
      "minimum severity": comparable(details.minSeverity),
    }),
    transitions: {
      updated: applyChanges({ name: "name", status: "status", minSeverity: "minimum severity" }),
      removed: setFields({ status: "removed" }),
    },
  },
];

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
