import { formatMinute } from "@/lib/format/time";

type Steps = Readonly<{
  hours: number;
  /** Where the last step, which is still going on, begins. */ last: string;
  zone: string;
}>;

const hourMs = 3_600_000;

/**
 * How a step of the picture is called on its axis. Of the shortest time each says until when it goes: `11:00 to 12:00`, `12:00 to now`. Then `14:00`, with the
 * day (`11-22 14:00`) where it is not that of the last one; days of a month are those of UTC, as they are counted.
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
