import type { Deps } from "@/lib/runtime/deps";

/** Long enough for a server that is there, and no longer than an answer may take. */
const maxWaitMs = 1_000;

type Running = Readonly<{ accountId: string; work: Promise<unknown> }>;
const runningByPool = new WeakMap<Deps["db"]["pool"], Map<string, Running>>();

/** Notes that this process validates an authorization, for as long as it does. */
export function noteRunning(
  { pool }: Pick<Deps["db"], "pool">,
  { id, accountId }: Readonly<{ id: string; accountId: string }>,
  work: Promise<unknown>,
): void {
  const running = runningByPool.get(pool) ?? new Map<string, Running>();
  runningByPool.set(pool, running);
  const noted = { accountId, work };
  running.set(id, noted);
  const forget = (): void => {
    if (running.get(id) === noted) running.delete(id);
  };
  work.then(forget, forget);
}

/**
 * Waits until it has ended, a second at most. False, and not at all, if none runs here or it is
 * another account's.
 */
export async function untilEnded(
  { pool }: Pick<Deps["db"], "pool">,
  accountId: string,
  id: string,
): Promise<boolean> {
  const running = runningByPool.get(pool)?.get(id);
  if (running?.accountId !== accountId) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxWaitMs);
  });
  await Promise.race([running.work.catch(() => {}), late]);
  clearTimeout(timer);
  return true;
}
