"use client";

import { useEffect, useState } from "react";
import { plural } from "@/lib/format/count";
import { formatExact, formatIso, formatRelative } from "@/lib/format/time";

const minuteSeconds = 60;

/**
 * The age of a time, in seconds while under a minute: for things that happen every second. `nowMs`
 * is the server's time when it rendered the page.
 */
export function Freshness({ at, nowMs }: Readonly<{ at: string; nowMs: number }>) {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => {
      setPassed(performance.now() - began);
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [nowMs]);
  const now = nowMs + passed,
    seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1_000));
  return (
    <time
      dateTime={formatIso(at)}
      // The exact time has to be reachable by keyboard, so the element takes focus.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      data-tip={formatExact(at)}
      className="rounded-sm whitespace-nowrap"
    >
      {seconds < minuteSeconds ? `${plural(seconds, "second")} ago` : formatRelative(at, now)}
    </time>
  );
}
