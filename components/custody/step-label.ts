import { hourMs } from "@/lib/format/time-units";
import { formatMinute } from "@/lib/format/time";

type Steps = Readonly<{
  hours: number;
  /** The start of the last step, which isn't over yet. */ last: string;
  zone: string;
}>;

/**
 * The label of a step on the chart's axis. For the shortest period it says when the step ends:
 * `11:00 to 12:00`, `12:00 to now`. Then `14:00`, with the day (`11-22 14:00`) if it differs from
 * that of the last step. Days are in UTC, as they are counted.
 */
export function stepLabel(at: string, { hours, last, zone }: Steps): string {
  if (hours > 168) return at.slice(5, 10);
  const [day, time] = dayAndTime(at, zone),
    [lastDay] = dayAndTime(last, zone);
  if (hours === 1)
    return `${time} to ${at === last ? "now" : dayAndTime(new Date(Date.parse(at) + hourMs), zone)[1]}`;
  return day === lastDay && hours <= 24 ? time : `${day.slice(5)} ${time}`;
}

function dayAndTime(at: string | Date, zone: string): readonly [string, string] {
  const [day = "", time = ""] = formatMinute(at, zone).split(" ");
  return [day, time];
}
