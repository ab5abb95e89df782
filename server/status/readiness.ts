import type { BoundaryKind } from "@/lib/runtime/env";

/** A readiness check. Null if it passes, otherwise what is missing, for the operator. */
export type Check = () => Promise<string | null>;
export type Readiness = Readonly<{
  ready: boolean;
  /** "degraded": requests are answered, but a warning needs attention. */
  status: "ready" | "degraded" | "setup-pending" | "not-ready" | "draining";
  checks: Readonly<Record<string, string>>;
  /** What keeps the processes of this node apart (decision 18). */
  boundary: BoundaryKind;
}>;

const timeoutMs = 2_000;
/** Probes are frequent: a result is reused for this long. */
const freshMs = 400;

export type ReadinessOptions = Readonly<{
  checks: () => Readonly<Record<string, Check>>;
  /**
   * What needs attention and takes no node out of service: every node would have it, so that none
   * would be left to answer.
   */
  warnings: () => Readonly<Record<string, Check>>;
  setUp: Check;
  draining: () => boolean;
  now: () => number;
  boundary: BoundaryKind;
}>;

/** Runs all checks, each with its own timeout. */
export function makeReadiness(parts: ReadinessOptions): () => Promise<Readiness> {
  let last: { at: number; result: Promise<Readiness> } | null = null;
  return () => {
    if (last === null || parts.now() - last.at > freshMs)
      last = { at: parts.now(), result: runChecks(parts) };
    return last.result;
  };
}

async function runChecks({
  checks,
  warnings,
  setUp,
  draining,
  boundary,
}: ReadinessOptions): Promise<Readiness> {
  const [answers, warned] = await Promise.all([
    runNamed({ ...checks(), setup: setUp }),
    runNamed(warnings()),
  ]);
  const missing = answers.filter(([, answer]) => answer !== null).map(([name]) => name);
  const ready = missing.length === 0 && !draining();
  const status = draining()
    ? "draining"
    : ready
      ? warned.some(([, answer]) => answer !== null)
        ? "degraded"
        : "ready"
      : missing.includes("setup")
        ? "setup-pending"
        : "not-ready";
  return {
    ready,
    status,
    boundary,
    checks: Object.fromEntries(
      [...answers, ...warned].map(([name, answer]) => [name, answer ?? "ok"]),
    ),
  };
}

type Answer = readonly [name: string, answer: string | null];
const runNamed = (checks: Readonly<Record<string, Check>>): Promise<Answer[]> =>
  Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await runWithTimeout(check)] as const,
    ),
  );

async function runWithTimeout(check: Check): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("does not respond"), timeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return "not working";
  } finally {
    clearTimeout(timer);
  }
}
