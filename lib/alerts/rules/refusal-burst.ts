import { minuteMs } from "@/lib/format/time-units";
import type { EntryFacts, EntryRule, Values } from "@/lib/alerts/types";
import {
  addressText,
  countText,
  identitySubject,
  networkSubject,
  onService,
  value,
  valueOf,
} from "./text";

/** A 503 (no decision in time) says nothing about the client, so it does not count. */
const isDenied = ({ outcome, status, action }: EntryFacts): boolean =>
  outcome === "denied" &&
  (action === "session.refused" ||
    ((action === "request.denied" ||
      action === "request.refused" ||
      action === "request.refused-many") &&
      (status === 401 || status === 403)));

/**
 * Requests without any credential are counted separately and with a higher limit: health checks
 * and forgotten browser tabs send them all day.
 */
const hasCredential = ({ identity, fingerprint, actor, action, details }: EntryFacts): boolean =>
  identity !== null ||
  fingerprint !== null ||
  details["presented"] !== undefined ||
  actor.kind !== "anonymous" ||
  action === "session.refused";

const limitOf = (facts: EntryFacts, values: Values): number =>
  valueOf(values, hasCredential(facts) ? "refusals" : "withoutCredential");

/** Many denied requests within minutes: probing, or a misconfigured client. */
export const refusalBurst: EntryRule = {
  name: "refusal-burst",
  title: "Burst of denied requests",
  severity: "medium",
  explanation:
    "One identity or network was denied many times within a few minutes. Someone is probing, or a client is misconfigured and keeps retrying.",
  quietBecause:
    "Single denied requests happen to everyone. Requests without any credential, such as health checks and forgotten browser tabs, are counted separately with a much higher limit.",
  values: [
    value("refusals", "Denied for one identity or network", "requests", 10, [2, 10_000]),
    value(
      "withoutCredential",
      "Denied without any credential, for one network",
      "requests",
      600,
      [2, 100_000],
    ),
    value("minutes", "Within", "minutes", 5, [1, 60]),
  ],
  counter: (facts, values) =>
    isDenied(facts)
      ? {
          key: `${facts.identity?.id ?? facts.network ?? "unknown"} ${hasCredential(facts) ? "named" : "none"}`,
          windowMs: valueOf(values, "minutes") * minuteMs,
          max: limitOf(facts, values),
        }
      : null,
  evaluate: (facts, { timestamps }, values) => {
    const { identity, code } = facts;
    const limit = limitOf(facts, values);
    if (!isDenied(facts) || timestamps.length < limit) return null;
    const window = countText(valueOf(values, "minutes"), "minute");
    return {
      subject: identity === null ? networkSubject(facts) : identitySubject(identity),
      severity: "medium",
      summary: `${identity === null ? addressText(facts) : identity.name} was denied ${limit} times or more within ${window}, most recently${onService(facts)}${code === null ? "" : ` (${code})`}.`,
      surprise: `${limit} denied requests or more within ${window}, most recently from ${addressText(facts)}${code === null ? "" : `: ${code}`}.`,
      baseline: `Fewer than ${limit} within ${window}.`,
    };
  },
};
