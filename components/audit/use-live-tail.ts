"use client";

import { useEffect, useRef, useState } from "react";
import type { EntrySummary } from "@/lib/log/schema";

/** live: the server was heard lately · deaf: it was not, and the connection is tried again · ended: the session is over. */
export type TailState = "off" | "connecting" | "live" | "deaf" | "ended";

/** The server says something at least every 10 seconds, so this much silence is deafness. */
const DEAF_AFTER_MS = 25_000,
  LISTEN_EVERY_MS = 1_000,
  AGAIN_AFTER_MS = 4_000;

type Options = Readonly<{
  on: boolean;
  /** The stream's address with its filters. */ address: string;
  /** Entries below this number are shown already. */ from: number;
  onEntry: (entry: EntrySummary) => void;
}>;

/**
 * Listens for new entries. After a lost connection it goes on behind the last number that it heard of, so nothing is left out and nothing
 * comes twice; it says so while it hears nothing.
 */
export function useLiveTail({ on, address, from, onEntry }: Options): TailState {
  const [state, setState] = useState<TailState>("off");
  const take = useRef(onEntry),
    heardUpTo = useRef(from - 1);
  useEffect(() => {
    take.current = onEntry;
  }, [onEntry]);
  useEffect(() => {
    if (!on) return;
    heardUpTo.current = Math.max(heardUpTo.current, from - 1);
    return listen(
      address,
      heardUpTo,
      (entry) => {
        take.current(entry);
      },
      setState,
    );
  }, [on, address, from]);
  return on ? (state === "off" ? "connecting" : state) : "off";
}

function listen(
  address: string,
  heardUpTo: { current: number },
  onEntry: (entry: EntrySummary) => void,
  setState: (state: TailState) => void,
): () => void {
  let source: EventSource | null = null,
    heardAt = performance.now(),
    again: ReturnType<typeof setTimeout> | undefined;
  const hear = (event: MessageEvent<string>) => {
    heardAt = performance.now();
    const number = Number(event.lastEventId);
    if (Number.isSafeInteger(number)) heardUpTo.current = Math.max(heardUpTo.current, number);
    setState("live");
  };
  const open = () => {
    source = new EventSource(
      `${address}${address.includes("?") ? "&" : "?"}after=${heardUpTo.current}`,
    );
    source.addEventListener("open", () => {
      heardAt = performance.now();
      setState("live");
    });
    source.addEventListener("entry", (event: MessageEvent<string>) => {
      hear(event);
      onEntry(JSON.parse(event.data) as EntrySummary);
    });
    source.addEventListener("at", hear);
    source.addEventListener("end", () => {
      source?.close();
      setState("ended");
    });
    source.addEventListener("error", () => {
      setState("deaf");
      // A refused connection is not tried again by the browser itself.
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_AFTER_MS);
    });
  };
  open();
  const watch = setInterval(() => {
    if (performance.now() - heardAt > DEAF_AFTER_MS) setState("deaf");
  }, LISTEN_EVERY_MS);
  return () => {
    clearInterval(watch);
    clearTimeout(again);
    source?.close();
  };
}
