"use client";

import { formatDay, formatExact, formatIso, formatMinute, formatRelative } from "@/lib/format/time";
import { useClock } from "./clock";

type Props = Readonly<{
  at: Date | string | number;
  /** relative: "4 minutes ago", exact time on focus · minute, day, exact: written out, distance on focus. */
  show?: "relative" | "minute" | "day" | "exact" | undefined;
}>;

/** A time. What is shown follows the switch between UTC and local time; the tooltip always holds the exact UTC. */
export function Time({ at, show = "relative" }: Props) {
  const { nowMs, zone } = useClock();
  const utc = formatExact(at),
    here = zone === "UTC" ? "" : `\n${formatExact(at, zone)}`;
  const distance = nowMs === null ? "" : formatRelative(at, nowMs);
  const text =
    show === "exact" || (show === "relative" && !distance)
      ? formatExact(at, zone)
      : show === "minute"
        ? formatMinute(at, zone)
        : show === "day"
          ? formatDay(at, zone)
          : distance;
  return (
    // The exact time has to be reachable by keyboard, so it takes focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <time
      dateTime={formatIso(at)}
      tabIndex={0}
      data-tip={`${show === "relative" || !distance ? "" : `${distance}\n`}${utc}${here}`}
      className="relative z-1 rounded-sm whitespace-nowrap"
    >
      {text}
    </time>
  );
}
