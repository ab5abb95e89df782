import { z } from "@hono/zod-openapi";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { listAssignees } from "@/lib/alerts/find-assignees";
import { getAlert } from "@/lib/alerts/get-alert";
import { listAlerts } from "@/lib/alerts/list-alerts";
import {
  acknowledgeInput,
  type AlertDto,
  alertQuery,
  assignInput,
  type ExceptionDto,
  exceptionInput,
  resolveInput,
  ruleChange,
  type RuleDto,
} from "@/lib/alerts/schema";
import { updateRule } from "@/lib/alerts/update-rule";
import { createException, endException, listExceptions } from "@/lib/alerts/manage-exceptions";
import { getWatchState, listRules } from "@/lib/alerts/read-rules";
import { listAlertDeliveries } from "@/lib/delivery/read-deliveries";
import { deliveryQuery } from "@/lib/delivery/schema";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import {
  alert,
  alertDetail,
  alertPage,
  alertRule,
  assignee,
  exception,
  watchState,
} from "@/server/api/schemas/alert";
import { limitQuery, pageOf } from "@/server/api/schemas/common";
import { alertDeliveries } from "@/server/api/schemas/delivery";

const target = (row: Pick<AlertDto, "id" | "ruleTitle" | "subject">) => ({
  kind: "alert",
  id: row.id,
  label: `${row.ruleTitle}: ${row.subject.label}`,
});
const exceptionTarget = (row: Pick<ExceptionDto, "id" | "subject">) => ({
  kind: "exception",
  id: row.id,
  label: row.subject.label,
});
const ruleTarget = (row: Pick<RuleDto, "name" | "title">) => ({
  kind: "rule",
  id: row.name,
  label: row.title,
});
const common = { tag: "Alerts", reads: "alert.read" } as const,
  ofRules = { tag: "Alerts", reads: "rule.read" } as const,
  ofExceptions = { tag: "Alerts", reads: "exception.read" } as const;
const pageQuery = z.strictObject({ cursor: z.string().max(256).optional(), limit: limitQuery });
const whole = <T>(items: T) => ({ items, nextCursor: null });

export const alertRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts",
    permission: "alerts.read",
    summary: "List alerts",
    description: "Newest first. `status` can also be `unresolved`.",
    query: alertQuery,
    response: alertPage,
    handle: (deps, actor, { query }) => listAlerts(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/state",
    permission: "alerts.read",
    summary: "Get how far the alert rules have read",
    response: watchState,
    handle: (deps, actor) => getWatchState(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/assignees",
    permission: "alerts.handle",
    summary: "List possible assignees",
    description:
      "All active users who can handle alerts, with the label that entries use for them. At most 500.",
    response: pageOf(assignee),
    handle: async (deps, actor) => whole(await listAssignees(deps, actor)),
  }),
  defineRoute({
    ...ofRules,
    method: "get",
    path: "/alerts/rules",
    permission: "alerts.read",
    summary: "List alert rules",
    description:
      "Each rule with what it detects, why it stays quiet on healthy traffic, its settings, and how its alerts of the last 30 days were resolved.",
    response: pageOf(alertRule),
    handle: async (deps, actor) => whole(await listRules(deps, actor)),
  }),
  defineRecordedRoute({
    ...ofRules,
    method: "patch",
    path: "/alerts/rules/{id}",
    permission: "rules.write",
    summary: "Update an alert rule",
    description:
      "Enables or disables it, or sets its severity (null for the default) or its values. Applies from the next entry that the rules read.",
    params: idParams,
    body: ruleChange,
    response: alertRule,
    target: ruleTarget,
    handle: (deps, actor, { params, body }) => updateRule(deps, actor, params.id, body),
  }),
  defineRoute({
    ...ofExceptions,
    method: "get",
    path: "/alerts/exceptions",
    permission: "alerts.read",
    summary: "List exceptions",
    description: "Active exceptions. With `all=true`, also those that have expired or were ended.",
    query: z.strictObject({ all: z.enum(["true", "false"]).optional() }),
    response: pageOf(exception),
    handle: async (deps, actor, { query }) =>
      whole(await listExceptions(deps, actor, { all: query.all === "true" })),
  }),
  defineRecordedRoute({
    ...ofExceptions,
    method: "post",
    path: "/alerts/exceptions",
    permission: "alerts.handle",
    summary: "Create an exception",
    description:
      "For the given number of days, the rule opens no alert for this subject. It expires automatically, and is recorded in the audit log.",
    body: exceptionInput,
    status: 201,
    response: exception,
    target: exceptionTarget,
    handle: (deps, actor, { body }) => createException(deps, actor, body),
  }),
  defineRecordedRoute({
    ...ofExceptions,
    method: "post",
    path: "/alerts/exceptions/{id}/end",
    permission: "alerts.handle",
    summary: "End an exception early",
    params: idParams,
    body: acknowledgeInput,
    bodyOptional: true,
    response: exception,
    target: exceptionTarget,
    handle: (deps, actor, { params, body }) => endException(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/{id}",
    permission: "alerts.read",
    summary: "Get an alert",
    description: "Includes a page of the entries behind it, and its history.",
    params: idParams,
    query: pageQuery,
    response: alertDetail,
    target: (detail) => target(detail.alert),
    handle: (deps, actor, { params, query }) => getAlert(deps, actor, params.id, query),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/{id}/deliveries",
    permission: "alerts.read",
    summary: "List notifications of an alert",
    description:
      "Newest first, each with its destination and every attempt. A pending notification has `nextAt`. Kept for 90 days.",
    params: idParams,
    query: deliveryQuery,
    response: alertDeliveries,
    handle: (deps, actor, { params, query }) => listAlertDeliveries(deps, actor, params.id, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/acknowledge",
    permission: "alerts.handle",
    summary: "Acknowledge an alert",
    params: idParams,
    body: acknowledgeInput,
    bodyOptional: true,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => acknowledgeAlert(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/assign",
    permission: "alerts.handle",
    summary: "Assign an alert",
    description:
      "`to` is the id of a user who can handle alerts, or null to unassign it. Send `from`, the current assignee as far as you know, to avoid overwriting another assignment: then it fails with 409 `alert.reassigned`.",
    params: idParams,
    body: assignInput,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => assignAlert(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/resolve",
    permission: "alerts.handle",
    summary: "Resolve an alert",
    description: "Records what it turned out to be. A later occurrence opens a new alert.",
    params: idParams,
    body: resolveInput,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => resolveAlert(deps, actor, params.id, body),
  }),
];
