import { dayMs, hourMs } from "@/lib/format/time-units";
import type { EntryRule, Values } from "@/lib/alerts/types";
import { countText, timeText, value, valueOf } from "./text";

/**
 * How many certificates per hour are usual for one requester and profile: the largest of a floor,
 * four times the mean of the same hour of the day, and one and a half times the highest hour.
 */
function limitOf(
  issued: ReadonlyMap<number, number>,
  now: number,
  values: Values,
): Readonly<{ limit: number; mean: number; highest: number }> {
  const past = [...issued].filter(([at]) => at < now && at > now - 28 * dayMs);
  const firstAt = Math.min(...past.map(([at]) => at), now);
  const days = Math.max(1, Math.min(28, Math.floor((now - firstAt) / dayMs)));
  const sameHour = past.filter(([at]) => (now - at) % dayMs === 0);
  const mean = sameHour.reduce((sum, [, n]) => sum + n, 0) / days;
  const highest = Math.max(0, ...past.map(([, n]) => n));
  const isLearning = now - firstAt < valueOf(values, "learnDays") * dayMs;
  const floor = valueOf(values, "least") * (isLearning ? 10 : 1);
  return {
    limit: Math.max(floor, valueOf(values, "factor") * mean, 1.5 * highest),
    mean,
    highest,
  };
}

/** An actor requests far more certificates than ever. Its token may be stolen. */
export const issuingSpike: EntryRule = {
  name: "issuing-spike",
  title: "Unusually many certificates",
  severity: "high",
  explanation:
    "One user, token, or service requested far more certificates of one profile within an hour than usual. This is how a stolen token is used before anyone notices.",
  quietBecause:
    "The rule compares with the same hour of the last four weeks and with their highest hour, and never alerts below a minimum, which is ten times higher for new requesters. Rotations are left out because they come in waves.",
  watchesStaff: true,
  values: [
    value("least", "Never below", "certificates per hour", 50, [1, 100_000]),
    value("factor", "Above the usual number for that hour by", "times", 4, [1, 100]),
    value("learnDays", "Learns for", "days", 3, [0, 90]),
  ],
  evaluate: (facts, { issuedPerHour }, values) => {
    if (facts.action !== "certificate.planned" || issuedPerHour.size === 0) return null;
    const now = Math.floor(facts.at / hourMs) * hourMs;
    const count = issuedPerHour.get(now) ?? 0;
    if (count <= valueOf(values, "least")) return null;
    const { limit, mean, highest } = limitOf(issuedPerHour, now, values);
    if (count <= limit) return null;
    const { kind, id, label } = facts.actor;
    return {
      subject: { kind, id: id ?? label, label },
      severity: "high",
      summary: `${label} requested ${countText(count, "certificate")} of one profile since ${timeText(now)}.`,
      surprise: `${countText(count, "certificate")} within the hour.`,
      baseline: `On average ${mean.toFixed(1)} in this hour of the day, and at most ${highest} in any hour of the last four weeks.`,
    };
  },
};
