import { dayMs } from "@/lib/format/time-units";
import type { ActiveHour, EntryRule, Values } from "@/lib/alerts/types";
import { addressText, onService, value, valueOf } from "./text";

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const hoursApart = (a: number, b: number): number =>
  Math.min(Math.abs(a - b), 24 - Math.abs(a - b));
const clockText = (hourOfDay: number): string => `${String(hourOfDay).padStart(2, "0")}:00`;

/**
 * Hours in which the person was active on at least two days, one of them in the last four weeks.
 */
const usualHours = (hours: readonly ActiveHour[], at: number): readonly ActiveHour[] =>
  hours.filter(({ days, lastDay }) => days >= 2 && lastDay >= dateOf(at - 28 * dayMs));

function isLearned(hours: readonly ActiveHour[], at: number, values: Values): boolean {
  const firstDay = hours.reduce(
    (earliest, hour) => (hour.firstDay < earliest ? hour.firstDay : earliest),
    dateOf(at),
  );
  const activeHours = hours.reduce((sum, { days }) => sum + days, 0);
  return (
    firstDay <= dateOf(at - valueOf(values, "learnDays") * dayMs) &&
    activeHours >= valueOf(values, "learnHours")
  );
}

/** People have working hours, and someone with their key may not know them. */
export const offHours: EntryRule = {
  name: "off-hours",
  title: "A person active at an unusual hour",
  severity: "low",
  explanation:
    "A person's certificate or account was used at an hour of the day at which they were never active in the last four weeks. This means little by itself, and much together with another alert.",
  quietBecause:
    "The rule applies to people only, learns for two weeks, tolerates two hours before and after the usual ones, and treats an hour as usual after activity on two days.",
  watchesStaff: true,
  values: [
    value("learnDays", "Learns for", "days", 14, [1, 180]),
    value("learnHours", "… and for", "active hours", 30, [1, 10_000]),
    value("margin", "Tolerates before and after the usual hours", "hours", 2, [0, 12]),
  ],
  evaluate: (facts, { activeHours }, values) => {
    const { identity, actor, at } = facts;
    if (activeHours.length === 0 || !isLearned(activeHours, at, values)) return null;
    if (identity !== null && !facts.isAuthenticated) return null;
    const hourOfDay = new Date(at).getUTCHours();
    const usual = usualHours(activeHours, at);
    const margin = valueOf(values, "margin");
    if (usual.some((hour) => hoursApart(hour.hourOfDay, hourOfDay) <= margin)) return null;
    const sameHour = activeHours.find((hour) => hour.hourOfDay === hourOfDay);
    const usualClock = usual.map((hour) => hour.hourOfDay).sort((a, b) => a - b);
    const subject =
      identity === null
        ? { kind: "account", id: actor.id ?? "", label: actor.label }
        : { kind: "identity", id: identity.id, label: identity.name };
    return {
      subject,
      severity: "low",
      continuesOnly: sameHour?.lastDay === dateOf(at),
      summary: `${subject.label} was active at ${clockText(hourOfDay)} UTC${onService(facts)}, from ${addressText(facts)}.`,
      surprise: `Active between ${clockText(hourOfDay)} and ${clockText((hourOfDay + 1) % 24)} UTC.`,
      baseline:
        usualClock.length === 0
          ? "Not active in the last four weeks."
          : `Usually active at ${usualClock.map(clockText).join(", ")} UTC.`,
    };
  },
};
