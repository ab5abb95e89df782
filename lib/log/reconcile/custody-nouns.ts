import { fit, millisOf, textOf } from "./fields";
import { become, changed, cut, millis, type Plain } from "./plain-noun";

/** What custody rests on: policies, proxies, alerts, exceptions from rules, and where alerts are sent to. */
export const custodyNouns: readonly Plain[] = [
  {
    name: "policy",
    from: "policy",
    call: "service",
    created: "policy.created",
    columns: `id, service, ${cut("name")} as name, ${cut("description")} as description, status, version::text as version, rules::text as rules`,
    make: ({ details }) => ({
      service: fit(details.service),
      status: "active",
      version: textOf(details.version),
      rules: fit(details.rulesSha256),
    }),
    steps: {
      updated: (before, record) => ({
        ...changed({ name: "name", description: "description", status: "status" })(before, record),
        version: textOf(record.details.version),
        rules: fit(record.details.rulesSha256),
      }),
    },
  },
  {
    name: "proxy",
    from: "proxy",
    call: "identity",
    created: "proxy.trusted",
    columns: `id, identity_id as identity, kind, hops::text as hops, status, ${cut("note")} as note`,
    make: ({ details }) => ({
      identity: fit(details.identityId),
      kind: fit(details.kind),
      hops: textOf(details.hops),
      status: "active",
    }),
    steps: {
      updated: changed({ kind: "kind", hops: "hops", note: "note", status: "status" }),
      removed: become({ status: "removed" }),
    },
  },
  {
    name: "alert",
    from: "alert",
    call: "rule",
    created: "alert.opened",
    columns:
      "id, rule, severity, status, subject_id as subject, resolution, assigned_to as assignee",
    make: ({ details }) => ({
      rule: fit(details.rule),
      severity: fit(details.severity),
      status: "open",
      resolution: null,
      assignee: null,
    }),
    steps: {
      assigned: (before, { details }) => ({ ...before, assignee: assigneeOf(details) }),
      escalated: (before, { details }) => ({ ...before, severity: fit(details.to) }),
      acknowledged: become({ status: "acknowledged" }),
      resolved: (before, { details }) => ({
        ...before,
        status: "resolved",
        resolution: fit(details.resolution),
      }),
    },
  },
  {
    name: "exception",
    from: "alert_exception",
    call: "rule",
    created: "exception.created",
    columns: `id, rule, network, ${millis("expires_at")} as "end (UTC)", case when ended_at is null then 'in force' else 'ended' end as state`,
    make: ({ details }) => ({
      rule: fit(details.rule),
      network: fit(details.network),
      "end (UTC)": millisOf(details.expiresAt),
      state: "in force",
    }),
    steps: { ended: become({ state: "ended" }) },
  },
  {
    name: "destination",
    from: "destination",
    created: "destination.created",
    columns: `id, kind, ${cut("name")} as name, status, min_severity as "least severity"`,
    make: ({ details }) => ({
      kind: fit(details.kind),
      name: fit(details.name),
      status: "active",
      "least severity": fit(details.minSeverity),
    }),
    steps: {
      updated: changed({ name: "name", status: "status", minSeverity: "least severity" }),
      removed: become({ status: "removed" }),
    },
  },
];

/** The id of whom an alert was given to. Older entries tell a name alone: then it is unknown, and not compared. */
function assigneeOf({
  assignee,
  to,
}: Readonly<Record<string, unknown>>): string | null | undefined {
  if (assignee === undefined) return to === null ? null : undefined;
  return assignee === null ? null : fit((assignee as { id?: unknown }).id);
}
