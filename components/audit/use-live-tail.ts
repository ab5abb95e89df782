"use client";

import { useEffect, useRef, useState } from "react";
import type { EntrySummary } from "@/lib/log/schema";

/**
 * live: connected · lost: nothing received for too long, reconnecting · ended: the session is over.
 */
export type TailState = "off" | "connecting" | "live" | "lost" | "ended";

/**
 * The server sends an event at least every 10 seconds, so a longer silence means that the
 * connection is lost.
 */
const lostAfterMs = 25_000,
  checkEveryMs = 1_000,
  reconnectAfterMs = 4_000;

type Options = Readonly<{
  on: boolean;
  /** The URL of the stream, with its filters. */ address: string;
  /** Entries below this number are already shown. */ from: number;
  onEntry: (entry: EntrySummary) => void;
}>;

/**
 * Subscribes to new entries. After a lost connection it resumes after the last number it received,
 * so that no entry is missed or repeated.
 */
export function useLiveTail({ on, address, from, onEntry }: Options): TailState {
  const [state, setState] = useState<TailState>("off");
  const onEntryRef = useRef(onEntry),
    lastNumber = useRef(from - 1);
  useEffect(() => {
    onEntryRef.current = onEntry;
  }, [onEntry]);
  useEffect(() => {
    if (!on) return;
    lastNumber.current = Math.max(lastNumber.current, from - 1);
    return subscribe(
      address,
      lastNumber,
      (entry) => {
        onEntryRef.current(entry);
      },
      setState,
    );
  }, [on, address, from]);
  return on ? (state === "off" ? "connecting" : state) : "off";
}

function subscribe(
  address: string,
  lastNumber: { current: number },
  onEntry: (entry: EntrySummary) => void,
  setState: (state: TailState) => void,
): () => void {
  let source: EventSource | null = null,
    receivedAt = performance.now(),
    reconnect: ReturnType<typeof setTimeout> | undefined;
  const receive = (event: MessageEvent<string>) => {
    receivedAt = performance.now();
    const number = Number(event.lastEventId);
    if (Number.isSafeInteger(number)) lastNumber.current = Math.max(lastNumber.current, number);
    setState("live");
  };
  const open = () => {
    source = new EventSource(
      `${address}${address.includes("?") ? "&" : "?"}after=${lastNumber.current}`,
    );
    source.addEventListener("open", () => {
      receivedAt = performance.now();
      setState("live");
    });
    source.addEventListener("entry", (event: MessageEvent<string>) => {
      receive(event);
      onEntry(JSON.parse(event.data) as EntrySummary);
    });
    source.addEventListener("at", receive);
    source.addEventListener("end", () => {
      source?.close();
      setState("ended");
    });
    source.addEventListener("error", () => {
      setState("lost");
      // The browser doesn't retry a refused connection.
      if (source?.readyState === EventSource.CLOSED) reconnect = setTimeout(open, reconnectAfterMs);
    });
  };
  open();
  const watch = setInterval(() => {
    if (performance.now() - receivedAt > lostAfterMs) setState("lost");
  }, checkEveryMs);
  return () => {
    clearInterval(watch);
    clearTimeout(reconnect);
    source?.close();
  };
}
