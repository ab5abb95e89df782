import { z } from "@hono/zod-openapi";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { listAssignees } from "@/lib/alerts/assignees";
import { createException, endException, listExceptions } from "@/lib/alerts/exceptions";
import { getAlert } from "@/lib/alerts/get-alert";
import { getWatchState } from "@/lib/alerts/get-watch-state";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { listRules } from "@/lib/alerts/list-rules";
import {
  acknowledgeInput,
  alertQuery,
  assignInput,
  exceptionInput,
  resolveInput,
  ruleChange,
  type AlertDto,
  type ExceptionDto,
  type RuleDto,
} from "@/lib/alerts/schema";
import { updateRule } from "@/lib/alerts/update-rule";
import { listAlertDeliveries } from "@/lib/delivery/list-alert-deliveries";
import { deliveryQuery } from "@/lib/delivery/schema";
import { defineRoute, idParams } from "@/server/api/define-route";
import {
  alert,
  alertDetail,
  alertPage,
  alertRule,
  assignee,
  exception,
  watchState,
} from "@/server/api/schemas/alert";
import { alertDeliveries } from "@/server/api/schemas/delivery";
import { limitQuery, pageOf } from "@/server/api/schemas/common";

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
    description: "The newest first. `status` may also be `unresolved`.",
    query: alertQuery,
    response: alertPage,
    handle: (deps, actor, { query }) => listAlerts(deps, actor, query),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/state",
    permission: "alerts.read",
    summary: "How far the rules have read",
    response: watchState,
    handle: (deps, actor) => getWatchState(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/alerts/assignees",
    permission: "alerts.handle",
    summary: "List whom an alert can be given to",
    description:
      "Every active account that may answer alerts, by the name that entries call it; nothing else about it. At most 500.",
    response: pageOf(assignee),
    handle: async (deps, actor) => whole(await listAssignees(deps, actor)),
  }),
  defineRoute({
    ...ofRules,
    method: "get",
    path: "/alerts/rules",
    permission: "alerts.read",
    summary: "List the rules",
    description:
      "Every rule with what it looks for, what keeps it quiet, its settings, and how its alerts of the last 30 days ended.",
    response: pageOf(alertRule),
    handle: async (deps, actor) => whole(await listRules(deps, actor)),
  }),
  defineRoute({
    ...ofRules,
    method: "patch",
    path: "/alerts/rules/{id}",
    permission: "rules.write",
    summary: "Change a rule",
    description:
      "Switches it, sets its severity (null: that of each finding again) or its values. Counts from the next entry that the rules read.",
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
    description: "Those in force; with `all=true` also those that have ended.",
    query: z.strictObject({ all: z.enum(["true", "false"]).optional() }),
    response: pageOf(exception),
    handle: async (deps, actor, { query }) =>
      whole(await listExceptions(deps, actor, { all: query.all === "true" })),
  }),
  defineRoute({
    ...ofExceptions,
    method: "post",
    path: "/alerts/exceptions",
    permission: "alerts.handle",
    summary: "Make an exception",
    description:
      "The rule opens nothing for this subject, for so many days. It ends by itself, and is an entry like everything else.",
    body: exceptionInput,
    status: 201,
    response: exception,
    target: exceptionTarget,
    handle: (deps, actor, { body }) => createException(deps, actor, body),
  }),
  defineRoute({
    ...ofExceptions,
    method: "post",
    path: "/alerts/exceptions/{id}/end",
    permission: "alerts.handle",
    summary: "End an exception before its time",
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
    summary: "Read an alert",
    description: "With a page of the entries behind it and with what was done about it.",
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
    summary: "List what was sent of an alert",
    description:
      "To which destinations, the newest first, each with every attempt; what waits has `nextAt`. Kept for 90 days.",
    params: idParams,
    query: deliveryQuery,
    response: alertDeliveries,
    handle: (deps, actor, { params, query }) => listAlertDeliveries(deps, actor, params.id, query),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/acknowledge",
    permission: "alerts.handle",
    summary: "Say that somebody looks into it",
    params: idParams,
    body: acknowledgeInput,
    bodyOptional: true,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => acknowledgeAlert(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/assign",
    permission: "alerts.handle",
    summary: "Give it to somebody",
    description:
      "`to` is the id of an account that may answer alerts, or null for nobody. With `from`, who has it as far as you know, somebody else's assignment is not overwritten: 409 `alert.reassigned`.",
    params: idParams,
    body: assignInput,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => assignAlert(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/alerts/{id}/resolve",
    permission: "alerts.handle",
    summary: "Resolve it",
    description: "Says what it turned out to be. What happens from then on opens a new alert.",
    params: idParams,
    body: resolveInput,
    response: alert,
    target,
    handle: (deps, actor, { params, body }) => resolveAlert(deps, actor, params.id, body),
  }),
];
