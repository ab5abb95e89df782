import { addCounters, type Counters, isCounters } from "@/lib/runtime/counters";

/**
 * Has each gateway know what the others counted, so that any of them answers for all when it is
 * asked for metrics. What an ended one had counted is kept, because counters must not fall.
 */
export type CounterExchange = Readonly<{
  /** Handles a message of a worker, if it is one of counters: answers with those of all others. */
  receive: (worker: number, message: object, answer: (message: object) => void) => void;
  ended: (worker: number) => void;
}>;

export function makeCounterExchange(): CounterExchange {
  const current = new Map<number, Counters>();
  let past: Counters = {};
  return {
    receive: (worker, message, answer) => {
      const { type, counters } = message as { type?: unknown; counters?: unknown };
      if (type !== "counters" || !isCounters(counters)) return;
      current.set(worker, counters);
      const others = [...current].filter(([other]) => other !== worker).map(([, theirs]) => theirs);
      answer({ type: "counters", counters: [past, ...others].reduce(addCounters, {}) });
    },
    ended: (worker) => {
      past = addCounters(past, current.get(worker) ?? {});
      current.delete(worker);
    },
  };
}
