import type { EntryRule, Values } from "@/lib/alerts/types";
import { countWords, day, hour, of, timeWords, value } from "./words";

/** How many in an hour are usual for one requester and profile: four times the same hour's mean, half as many again as the highest, a floor. */
function limitOf(
  issued: ReadonlyMap<number, number>,
  now: number,
  values: Values,
): Readonly<{ limit: number; mean: number; highest: number }> {
  const past = [...issued].filter(([at]) => at < now && at > now - 28 * day),
    first = Math.min(...past.map(([at]) => at), now);
  const same = past.filter(([at]) => (now - at) % day === 0).reduce((sum, [, n]) => sum + n, 0),
    mean = same / Math.max(1, Math.min(28, Math.floor((now - first) / day)));
  const highest = Math.max(0, ...past.map(([, n]) => n)),
    learning = now - first < of(values, "learnDays") * day;
  return {
    limit: Math.max(
      of(values, "least") * (learning ? 10 : 1),
      of(values, "factor") * mean,
      1.5 * highest,
    ),
    mean,
    highest,
  };
}

/** Somebody with the right to issue, or with somebody else's token, issues far more than ever. */
export const issuingSpike: EntryRule = {
  name: "issuing-spike",
  title: "Unusually many certificates",
  severity: "high",
  explanation:
    "One account, token or service asked for far more certificates of one profile within an hour than it ever does. A stolen token is used like that, before somebody notices.",
  quietBecause:
    "It compares with the same hour of the last four weeks and with the highest hour in them, never speaks below a floor, which is ten times higher for who has just begun, and leaves rotations out: those come in waves.",
  values: [
    value("least", "Never below", "certificates an hour", 50, [1, 100_000]),
    value("factor", "Times the usual for that hour", "times", 4, [1, 100]),
    value("learnDays", "Learns for", "days", 3, [0, 90]),
  ],
  find: (facts, { issued }, values) => {
    if (facts.action !== "certificate.planned" || issued.size === 0) return null;
    const now = Math.floor(facts.at / hour) * hour,
      n = issued.get(now) ?? 0;
    if (n <= of(values, "least")) return null;
    const { limit, mean, highest } = limitOf(issued, now, values);
    if (n <= limit) return null;
    const id = facts.actor.id ?? facts.actor.label;
    return {
      subject: { kind: facts.actor.kind, id, label: facts.actor.label },
      severity: "high",
      summary: `${facts.actor.label} asked for ${countWords(n, "certificate")} of one profile since ${timeWords(now)}.`,
      surprise: `${countWords(n, "certificate")} within the hour.`,
      baseline: `On average ${mean.toFixed(1)} in this hour of the day, at most ${highest} in any hour of four weeks.`,
    };
  },
};
