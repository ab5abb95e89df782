import { setImmediate as yieldToOthers } from "node:timers/promises";
import { monotonicMs } from "./monotonic";

/** How long such work keeps the rest of the process waiting. */
const sliceMs = 5;

/** Runs work that pauses, and lets other work of the process go first whenever it took long enough. */
export async function inSlices<T>(steps: Generator<undefined, T, undefined>): Promise<T> {
  for (let began = monotonicMs(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (monotonicMs() - began < sliceMs) continue;
    await yieldToOthers();
    began = monotonicMs();
  }
}
