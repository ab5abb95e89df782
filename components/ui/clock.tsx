"use client";

import { createContext, use, useEffect, useState, type ReactNode } from "react";

type Clock = Readonly<{ nowMs: number | null; zone: string }>;
const ClockContext = createContext<Clock>({ nowMs: null, zone: "UTC" });

type Props = Readonly<{ serverNowMs: number; zone: string; children: ReactNode }>;

/**
 * The time and the zone in which times are shown. It starts with the server's time, so that the first paint is the server's
 * text, and goes on from there: a wrong clock on the reader's machine shows no wrong distances.
 */
export function ClockProvider({ serverNowMs, zone, children }: Props) {
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    const ahead = serverNowMs - Date.now();
    const timer = setInterval(() => {
      setNowMs(Date.now() + ahead);
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
