"use client";

import { use } from "react";
import { formatDay, formatExact, formatIso, formatMinute, formatRelative } from "@/lib/format/time";
import { useClock } from "./clock";
import { InRow } from "./in-row";

type Props = Readonly<{
  at: Date | string | number;
  /**
   * relative: "4 minutes ago", exact time on focus · minute, day, exact: written out, relative time
   * on focus.
   */
  show?: "relative" | "minute" | "day" | "exact" | undefined;
}>;

/**
 * A time, in UTC or local time as the user chose. The tooltip always contains the exact UTC time. In
 * the row of a table it is no tab stop: a page of rows would have a hundred, and each row's page has
 * its times.
 */
export function Time({ at, show = "relative" }: Props) {
  const { nowMs, zone } = useClock();
  const isInRow = use(InRow);
  const utc = formatExact(at);
  const local = zone === "UTC" ? "" : `\n${formatExact(at, zone)}`;
  const relative = nowMs === null ? "" : formatRelative(at, nowMs);
  const text =
    show === "exact" || (show === "relative" && !relative)
      ? formatExact(at, zone)
      : show === "minute"
        ? formatMinute(at, zone)
        : show === "day"
          ? formatDay(at, zone)
          : relative;
  return (
    <time
      dateTime={formatIso(at)}
      // The exact time must be reachable by keyboard, so it takes focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={isInRow ? undefined : 0}
      data-tip={`${show === "relative" || !relative ? "" : `${relative}\n`}${utc}${local}`}
      className="relative z-1 rounded-sm whitespace-nowrap"
    >
      {text}
    </time>
  );
}
