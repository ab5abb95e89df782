import type { ActiveHour, EntryRule, Values } from "@/lib/alerts/types";
import { day, from, of, onWhat, value } from "./words";

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), 24 - Math.abs(a - b));
const two = (slot: number): string => String(slot).padStart(2, "0");

/** Hours in which somebody was at work on two days or more, lately. */
const usualHours = (hours: readonly ActiveHour[], at: number): readonly ActiveHour[] =>
  hours.filter(({ days, lastDay }) => days >= 2 && lastDay >= dayOf(at - 28 * day));

function learned(hours: readonly ActiveHour[], at: number, values: Values): boolean {
  const first = hours.reduce(
    (least, { firstDay }) => (firstDay < least ? firstDay : least),
    dayOf(at),
  );
  return (
    first <= dayOf(at - of(values, "learnDays") * day) &&
    hours.reduce((sum, { days }) => sum + days, 0) >= of(values, "learnHours")
  );
}

/** People have hours; who has their key does not know them. */
export const offHours: EntryRule = {
  name: "off-hours",
  title: "A person at work at an unusual hour",
  severity: "low",
  explanation:
    "A person's certificate or account was used at an hour of the day at which that person was never at work in the last four weeks. It says little by itself, and much beside another alert.",
  quietBecause:
    "It looks at people alone, learns for two weeks, lets two hours before and after the usual ones pass, and takes an hour as usual after two days of work in it.",
  values: [
    value("learnDays", "Learns for", "days", 14, [1, 180]),
    value("learnHours", "… and for", "hours of work", 30, [1, 10_000]),
    value("margin", "Lets pass before and after the usual hours", "hours", 2, [0, 12]),
  ],
  find: (facts, { hours }, values) => {
    if (
      hours.length === 0 ||
      (facts.who !== null && !facts.proved) ||
      !learned(hours, facts.at, values)
    )
      return null;
    const slot = new Date(facts.at).getUTCHours(),
      usual = usualHours(hours, facts.at);
    if (usual.some((one) => apart(one.slot, slot) <= of(values, "margin"))) return null;
    const today = hours.find((one) => one.slot === slot)?.lastDay === dayOf(facts.at),
      slots = usual.map((one) => one.slot).sort((a, b) => a - b);
    const subject =
      facts.who === null
        ? { kind: "account", id: facts.actor.id ?? "", label: facts.actor.label }
        : { kind: "identity", id: facts.who.id, label: facts.who.name };
    return {
      subject,
      severity: "low",
      follows: today,
      summary: `${subject.label} was at work at ${two(slot)}:00 UTC${onWhat(facts)}, from ${from(facts)}.`,
      surprise: `At work between ${two(slot)}:00 and ${two((slot + 1) % 24)}:00 UTC.`,
      baseline:
        slots.length === 0
          ? "Not at work in the last four weeks."
          : `Usually at ${slots.map((one) => `${two(one)}:00`).join(", ")} UTC.`,
    };
  },
};
