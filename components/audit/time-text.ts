const exact = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(?:\.\d+)?Z$/;

/** A time of a filter as a chip shows it: `2026-11-27 08:00 UTC`, and a date as it is. */
function shortTime(time: string): string {
  const [, day = "", minute = "", second = ""] = exact.exec(time) ?? [];
  return day === "" ? time : `${day} ${minute}${second === ":00" ? "" : second} UTC`;
}

/** The times of a filter in words; empty without any. */
export function timeText(from: string | undefined, to: string | undefined): string {
  if (from && to) return from === to ? shortTime(from) : `${shortTime(from)} to ${shortTime(to)}`;
  if (from) return `from ${shortTime(from)}`;
  return to ? `until ${shortTime(to)}` : "";
}

/** A step of a histogram in words: `2026-11-27 08:00 to 11:00 UTC`, `2026-11-27`, or days. */
export function stepText(from: string, stepMs: number): string {
  const start = new Date(from).toISOString();
  const end = new Date(new Date(from).getTime() + stepMs).toISOString();
  const dayLong = 86_400_000;
  if (stepMs === dayLong) return start.slice(0, 10);
  if (stepMs > dayLong)
    return `${start.slice(0, 10)} to ${new Date(Date.parse(end) - 1).toISOString().slice(0, 10)}`;
  const clock = (time: string) => time.slice(11, stepMs < 60_000 ? 19 : 16);
  const endDay = start.slice(0, 10) === end.slice(0, 10) ? "" : `${end.slice(0, 10)} `;
  return `${start.slice(0, 10)} ${clock(start)} to ${endDay}${clock(end)} UTC`;
}
