/** One thing that has to work before traffic makes sense. Null: it works; text: what is missing, for the operator. */
export type Check = () => Promise<string | null>;
export type Readiness = Readonly<{
  ready: boolean;
  status: "ready" | "setup-pending" | "not-ready" | "draining";
  checks: Readonly<Record<string, string>>;
}>;

const patienceMs = 2_000;
/** Probes come often and from many sides: a result serves for this long. */
const freshMs = 400;

export type ReadinessParts = Readonly<{
  checks: () => Readonly<Record<string, Check>>;
  setUp: Check;
  draining: () => boolean;
  now: () => number;
}>;

/** Asks every check, each with its own time limit, and says what is missing. */
export function makeReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  let last: { at: number; result: Promise<Readiness> } | null = null;
  return () => {
    if (last === null || parts.now() - last.at > freshMs)
      last = { at: parts.now(), result: ask(parts) };
    return last.result;
  };
}

async function ask({ checks, setUp, draining }: ReadinessParts): Promise<Readiness> {
  const named = Object.entries({ ...checks(), setup: setUp });
  const answers = await Promise.all(
    named.map(async ([name, check]) => [name, await patiently(check)] as const),
  );
  const missing = answers.filter(([, answer]) => answer !== null).map(([name]) => name);
  const ready = missing.length === 0 && !draining();
  const status = draining()
    ? "draining"
    : ready
      ? "ready"
      : missing.includes("setup")
        ? "setup-pending"
        : "not-ready";
  return {
    ready,
    status,
    checks: Object.fromEntries(answers.map(([name, answer]) => [name, answer ?? "ok"])),
  };
}

async function patiently(check: Check): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("does not answer"), patienceMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return "does not work at the moment";
  } finally {
    clearTimeout(timer);
  }
}
