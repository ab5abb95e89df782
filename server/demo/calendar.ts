import { dayMs, hourMs, minuteMs } from "@/lib/format/time-units";

/** How many days the demonstration looks back. */
export const historyDays = 90;

/** The days of the demonstration: 0 is the first, `historyDays` is today. All times are UTC. */
export type Calendar = Readonly<{
  begin: number;
  end: number;
  at: (day: number, hour: number, minute?: number) => number;
  /** The same, on the next working day where that is none. */
  atWork: (day: number, hour: number, minute?: number) => number;
  /** At that time on the first working day after the day of `time`. */
  nextAtWork: (time: number, hour: number, minute?: number) => number;
  /** So many hours before the end. */
  ago: (hours: number) => number;
}>;

const saturday = 6;

/** Whether people work that day. */
export function isWorkingDay(time: number): boolean {
  const weekday = new Date(time).getUTCDay();
  return weekday !== 0 && weekday !== saturday;
}

/** `end` is the real time, in milliseconds since 1970. */
export function makeCalendar(end: number): Calendar {
  const today = Math.floor(end / dayMs) * dayMs;
  const at: Calendar["at"] = (day, hour, minute = 0) =>
    today - (historyDays - day) * dayMs + hour * hourMs + minute * minuteMs;
  const atWork: Calendar["atWork"] = (day, hour, minute) => {
    let time = at(day, hour, minute);
    while (!isWorkingDay(time)) time += dayMs;
    return time;
  };
  return {
    begin: at(0, 7),
    end,
    at,
    atWork,
    nextAtWork: (time, hour, minute) =>
      atWork(historyDays + 1 + Math.floor((time - today) / dayMs), hour, minute),
    ago: (hours) => end - hours * hourMs,
  };
}
