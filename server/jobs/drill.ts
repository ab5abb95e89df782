import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import type { DrillAttack } from "@/lib/log/drills";
import { finishDrill } from "@/lib/log/finish-drill";
import { findWaiting, noteProgress, type PendingWork } from "@/lib/log/waiting-work";
import { findRepoRoot } from "@/lib/runtime-root";
import { startJob } from "@/server/jobs/job";
import type { DoorLog } from "@/server/listeners/door-log";
import { stopOrphan } from "@/server/supervise/postgres/find-orphan";

export type Drills = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

type Finished = Readonly<{
  entries: number;
  milliseconds: number;
  attacks: readonly DrillAttack[];
}>;
type Line = Readonly<{
  note?: string;
  done?: number;
  total?: number | null;
  finished?: Finished;
  failed?: string;
}>;

const lookEveryMs = 1_000,
  longestMs = 30 * 60_000;

/** Runs the drills that are asked for, one at a time, each in a process of its own; where this node leads. */
export function startDrills(
  deps: Deps,
  env: Env,
  log: DoorLog,
  program = join(findRepoRoot(), "dist", "drill.mjs"),
): Drills {
  const stopping = new AbortController(),
    folder = join(env.CHANCERY_DATA, "drill");
  let leading = false;
  const job = startJob({
    name: "drills",
    log,
    maxRetryMs: 30_000,
    work: async () => {
      if (!leading) return lookEveryMs;
      const next = (await findWaiting(deps.db)).find(({ kind }) => kind === "drill");
      if (next === undefined) return lookEveryMs;
      await clearAway(folder);
      await runOne({ deps, env, folder, program, signal: stopping.signal }, next);
      return 0;
    },
  });
  return {
    lead: (now) => {
      leading = now;
    },
    stop: async () => {
      stopping.abort();
      await job.stop();
    },
  };
}

/** What a drill left that was killed together with everything else. */
async function clearAway(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await stopOrphan(join(folder, "pg"));
  rmSync(folder, { recursive: true, force: true });
}

type Place = Readonly<{
  deps: Deps;
  env: Env;
  folder: string;
  program: string;
  signal: AbortSignal;
}>;

async function runOne(
  { deps, env, folder, program, signal }: Place,
  { id, record }: PendingWork,
): Promise<void> {
  const asked = Number(record.details.entries),
    began = performance.now();
  let finished: Finished | null = null,
    failed = "the drill ended before its time";
  await speakWith({ env, folder, program, signal, entries: asked }, (line) => {
    if (line.note !== undefined)
      void noteProgress(deps.db, [id], {
        done: line.done ?? 0,
        total: line.total ?? null,
        note: line.note,
      }).catch(() => {});
    finished = line.finished ?? finished;
    failed = line.failed ?? failed;
  }).catch((error: unknown) => {
    failed = error instanceof Error ? error.message : String(error);
  });
  // Stopped with the door: it stays asked for, and the next leader does it.
  if (signal.aborted) return;
  const { entries, milliseconds, attacks } = finished ?? {
    entries: asked,
    milliseconds: performance.now() - began,
    attacks: [],
  };
  await finishDrill(deps, {
    requestEntryId: id,
    entries,
    milliseconds,
    attacks,
    failed: finished === null ? failed : null,
  });
}

/** Starts the process and hears it out. It ends when its standard input does, so also when this process is killed. */
async function speakWith(
  { env, folder, program, signal, entries }: Omit<Place, "deps"> & Readonly<{ entries: number }>,
  onLine: (line: Line) => void,
): Promise<void> {
  if (!existsSync(program)) throw new Error("dist/drill.mjs is missing; npm start builds it.");
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [program, String(entries), folder], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH,
      HOME,
      ...(TMPDIR ? { TMPDIR } : {}),
      NODE_ENV: "production",
      DATABASE_URL: env.DATABASE_URL,
    } as unknown as NodeJS.ProcessEnv,
  });
  const stop = (): void => {
    child.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  const timer = setTimeout(stop, longestMs);
  let lastWords = "";
  child.stdin.on("error", () => {});
  child.stderr.on("data", (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-500);
  });
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (text.startsWith("{")) onLine(JSON.parse(text) as Line);
  });
  try {
    const code = await new Promise<number | null>((done, fail) =>
      child.once("error", fail).once("close", done),
    );
    if (code !== 0 && lastWords.trim() !== "")
      onLine({ failed: lastWords.trim().split("\n").at(-1) ?? "" });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
