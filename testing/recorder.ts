import { makeRecorder, type Recorder, type RecorderDeps } from "@/lib/log/record/recorder";
import { makeRefusalTable, type RefusalLimits } from "@/lib/log/record/refusal-table";
import { makeSource } from "@/lib/log/record/source";

/** The process that numbers what tests write. */
export const testSourceId = "test/process";

/** Each refusal is an entry, so that a test can look at every one. */
const noLimits: RefusalLimits = {
  singlesPerNetwork: Infinity,
  singles: Infinity,
  networks: Infinity,
};

/**
 * A recorder for a test: its entries are numbered as those of a process of that name. Refusals of
 * unknown callers are not limited, unless a test is about the limits.
 */
export const makeTestRecorder = (
  parts: Omit<RecorderDeps, "source" | "refusals">,
  sourceId = testSourceId,
  limits: RefusalLimits = noLimits,
): Recorder =>
  makeRecorder({
    ...parts,
    source: makeSource(sourceId, parts.random.bytes),
    refusals: makeRefusalTable(limits),
  });

/** The same dependencies with another clock, database or numbering, which entries get, too. */
export function withParts<
  D extends Readonly<{ recorder: Recorder }>,
  P extends Partial<RecorderDeps>,
>(deps: D, parts: P): D & Omit<P, "source"> {
  const { source: _, ...rest } = parts;
  return { ...deps, ...rest, recorder: makeRecorder({ ...deps.recorder, ...parts }) };
}
