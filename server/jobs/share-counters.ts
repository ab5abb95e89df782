import { type Counters, isCounters } from "@/lib/runtime/counters";

const everyMs = 1_000;

/**
 * Exchanges counters with the other gateways on the same ports through the supervisor, once a
 * second. Returns what ends it.
 */
export function shareCounters(
  metrics: Readonly<{ own: () => Counters; setOthers: (counters: Counters) => void }>,
): () => void {
  const receive = (message: Readonly<{ type?: unknown; counters?: unknown }>): void => {
    if (message.type === "counters" && isCounters(message.counters))
      metrics.setOthers(message.counters);
  };
  const send = (): void => {
    if (process.connected) process.send?.({ type: "counters", counters: metrics.own() }, () => {});
  };
  process.on("message", receive);
  send();
  const timer = setInterval(send, everyMs);
  return () => {
    clearInterval(timer);
    process.off("message", receive);
  };
}
