import { severer } from "@/lib/alerts/rules/settings";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import { keyOf, type Found } from "./judge";

/** An alert that nobody has resolved. */
export type OpenAlert = Readonly<{
  id: string;
  rule: string;
  subjectId: string;
  severity: Severity;
}>;
export type Planned = Readonly<{
  opened: readonly Found[];
  /** Goes on with what is open. */
  more: readonly Readonly<{ alert: OpenAlert; found: Found }>[];
  escalated: readonly Readonly<{ alert: OpenAlert; found: Found }>[];
}>;

/** So many alerts one rule opens in an hour; what is beyond is one alert about many. */
export const mostAnHour = 100;
const manyId = "many";

/**
 * What becomes of findings: one alert for a rule and a subject, as long as it is unresolved. `openedLately` says how many each rule has opened
 * within the last hour: somebody who makes thousands of subjects up does not fill the console with them.
 */
export function planIncidents(
  found: readonly Found[],
  open: readonly OpenAlert[],
  openedLately: ReadonlyMap<string, number>,
): Planned {
  const unresolved = new Map(open.map((alert) => [keyOf(alert.rule, alert.subjectId), alert])),
    left = new Map<RuleName, number>();
  const opened = new Map<string, Found>(),
    more = new Map<string, { alert: OpenAlert; found: Found }>();
  for (const one of found) {
    const alert = unresolved.get(keyOf(one.rule, one.subject.id));
    if (alert !== undefined) more.set(alert.id, { alert, found: one });
    else if (one.opens) {
      const room = left.get(one.rule) ?? mostAnHour - (openedLately.get(one.rule) ?? 0);
      left.set(one.rule, room - 1);
      if (room > 0) opened.set(keyOf(one.rule, one.subject.id), one);
      else addToMany(one, unresolved, opened, more);
    }
  }
  return {
    opened: [...opened.values()],
    more: [...more.values()],
    escalated: [...more.values()].filter((next) =>
      severer(next.found.severity, next.alert.severity),
    ),
  };
}

function addToMany(
  one: Found,
  unresolved: ReadonlyMap<string, OpenAlert>,
  opened: Map<string, Found>,
  more: Map<string, { alert: OpenAlert; found: Found }>,
): void {
  const key = keyOf(one.rule, manyId),
    alert = unresolved.get(key),
    held = alert === undefined ? opened.get(key) : more.get(alert.id)?.found;
  if (held !== undefined) return merge(held, one);
  const many: Found = {
    ...one,
    subject: { kind: "many", id: manyId, label: "many others" },
    identityId: null,
    seqs: [...one.seqs],
  };
  if (alert !== undefined) more.set(alert.id, { alert, found: many });
  else
    opened.set(key, {
      ...many,
      summary: `More than ${mostAnHour} in an hour, so the rest is counted here. The first of them: ${one.summary}`,
    });
}

function merge(into: Found, one: Found): void {
  into.count += one.count;
  into.lastSeq = one.lastSeq;
  into.lastAt = Math.max(into.lastAt, one.lastAt);
  into.seqs = [...into.seqs, ...one.seqs].slice(-1_000);
  if (severer(one.severity, into.severity)) into.severity = one.severity;
}
