"use client";

import { createContext, use, useEffect, useState, type ReactNode } from "react";

type Clock = Readonly<{ nowMs: number | null; zone: string }>;
const ClockContext = createContext<Clock>({ nowMs: null, zone: "UTC" });

type Props = Readonly<{ serverNowMs: number; zone: string; children: ReactNode }>;

/**
 * The current time and the time zone of the page. It starts with the server's time, so that the
 * first paint matches the server's HTML, and advances from there: a wrong clock on the user's machine
 * can't distort relative times.
 */
export function ClockProvider({ serverNowMs, zone, children }: Props) {
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    const offsetMs = serverNowMs - Date.now();
    const timer = setInterval(() => {
      setNowMs(Date.now() + offsetMs);
    }, 15_000);
    return () => {
      clearInterval(timer);
    };
  }, [serverNowMs]);
  return <ClockContext value={{ nowMs, zone }}>{children}</ClockContext>;
}

/** The shared clock; `nowMs` is null outside a ClockProvider. */
export function useClock(): Clock {
  return use(ClockContext);
}
