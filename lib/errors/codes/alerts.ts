import type { ErrorDefinitions } from "@/lib/errors/types";

/** Alerts, their rules and exceptions, and where alerts are delivered. */
export const alertCodes = {
  "alert.acknowledged": {
    kind: "conflict",
    text: "A bulk action leaves an alert alone that someone else has acknowledged in the meantime.",
  },
  "alert.assignee": {
    kind: "invalid",
    text: "No account has this ID; choose one from the list of assignees.",
  },
  "alert.assignee-disabled": {
    kind: "invalid",
    text: "The account is disabled; choose one that can sign in.",
  },
  "alert.assignee-role": {
    kind: "invalid",
    text: "The account's role may not respond to alerts; choose one from the list of assignees.",
  },
  "alert.changed": {
    kind: "conflict",
    text: "The alert was changed in the meantime; read it again.",
  },
  "alert.cursor": {
    kind: "invalid",
    text: "The cursor wasn't issued for this list; start again from the first page.",
  },
  "alert.not-found": {
    kind: "not-found",
    text: "No alert has this ID.",
  },
  "alert.own-exception": {
    kind: "forbidden",
    text: "The exception would cover you, or is from a rule that watches operators; ask an administrator who isn't its subject.",
  },
  "alert.own-resolution": {
    kind: "forbidden",
    text: "The alert is about you; ask an administrator to resolve it.",
  },
  "alert.reassigned": {
    kind: "conflict",
    text: "The alert was assigned to someone else in the meantime; read it again, then decide.",
  },
  "alert.resolved": {
    kind: "conflict",
    text: "The alert is resolved already; a new alert opens if it happens again.",
  },
  "exception.not-found": {
    kind: "not-found",
    text: "No alert exception has this ID.",
  },
  "rule.not-found": {
    kind: "not-found",
    text: "No alert rule has this name; GET /alerts/rules lists them.",
  },
  "rule.value": {
    kind: "invalid",
    text: "A setting of the rule is out of range; fix every finding listed in `errors`.",
  },
  "destination.exists": {
    kind: "conflict",
    text: "Another destination has this name; choose a different one.",
  },
  "destination.invalid": {
    kind: "invalid",
    text: "The destination's settings can't be used; fix the fields listed in `errors`.",
  },
  "destination.not-found": {
    kind: "not-found",
    text: "No destination has this ID.",
  },
  "destination.paused": {
    kind: "conflict",
    text: "The destination is paused; resume it, and what waits is sent.",
  },
  "destination.secret-unreadable": {
    kind: "unavailable",
    text: "The destination's secret was sealed under another CHANCERY_KEK; enter the secret again.",
  },
  "delivery.no-key": {
    kind: "unavailable",
    text: "This process has no key for the secrets of destinations; use the console or the API.",
  },
  "delivery.refused": {
    kind: "unavailable",
    text: "The destination refused the delivery; the message has its answer.",
  },
  "delivery.unreachable": {
    kind: "unavailable",
    text: "The destination doesn't answer; check its address and the network.",
  },
  "outbound.closed": {
    kind: "forbidden",
    text: "Deliveries don't reach this address; name it in CHANCERY_OUTBOUND_ALLOW if it is intended.",
  },
} as const satisfies ErrorDefinitions;
