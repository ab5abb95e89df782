import { chownSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "@/lib/errors/error-message";
import { runDrillProcess } from "./drill-process";
import type { Boundary } from "./isolation/boundary";
import { preparePostgresBinaries } from "./postgres/binaries";
import { stopOrphan } from "./postgres/find-orphan";
import { nobody } from "./postgres/run-as";

export type DrillOptions = Readonly<{
  root: string;
  dataFolder: string;
  databaseUrl: string;
  /** dist/drill.mjs; tests have their own. */
  program: string;
  boundary: Pick<Boundary, "launch" | "users">;
  /** How far a drill gives way to other processes: 0 (not at all) to 19, 10 if absent. */
  niceness?: number;
}>;

/** Runs tamper drills. The gateway asks for them: it may start no processes itself. */
export type DrillService = Readonly<{
  run: (entries: number, signal: AbortSignal, onLine: (line: string) => void) => Promise<void>;
  /** Handles a message of the gateway: `drill` starts one, `drill.stop` ends it. */
  receive: (message: object, answer: (message: object) => void) => void;
  stop: () => void;
}>;

const entriesRange = { min: 1, max: 50_000 };

/**
 * The gateway is not trusted: at most one drill runs, over a bounded number of entries, and it
 * chooses nothing else.
 */
export function makeDrillService(options: DrillOptions): DrillService {
  let running: AbortController | null = null;
  const run: DrillService["run"] = (entries, signal, onLine) =>
    runDrill(options, entries, signal, onLine);
  const start = async (entries: number, answer: (message: object) => void): Promise<void> => {
    if (running !== null) return answer({ type: "drill.end", failed: "another drill is running" });
    running = new AbortController();
    let failed: string | null = null;
    try {
      await run(entries, running.signal, (line) => answer({ type: "drill.line", line }));
    } catch (error) {
      failed = errorMessage(error);
    }
    running = null;
    answer({ type: "drill.end", failed });
  };
  const stop = (): void => running?.abort();
  return {
    run,
    stop,
    receive: (message, answer) => {
      const { type, entries } = message as { type?: unknown; entries?: unknown };
      if (type === "drill.stop") return stop();
      if (type !== "drill") return;
      if (!isEntries(entries)) return answer({ type: "drill.end", failed: "wrong entries" });
      void start(entries, answer);
    },
  };
}

const isEntries = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= entriesRange.min && Number(value) <= entriesRange.max;

/**
 * With a user for each process, a drill and its PostgreSQL run as nobody: it reads entries that
 * anyone may have written, and needs no file of Chancery but the program. The group of the
 * processes lets it connect to the database.
 */
async function runDrill(
  { root, dataFolder, databaseUrl, program, boundary, niceness = 10 }: DrillOptions,
  entries: number,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  if (!existsSync(program)) throw new Error("dist/drill.mjs is missing. npm start builds it.");
  const user = boundary.users && { uid: nobody.uid, gid: boundary.users.gateway.gid };
  const folder = join(dataFolder, "drill");
  await removeLeftovers(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
  const fd = user ? openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY) : undefined;
  try {
    await runDrillProcess(
      {
        launch: boundary.launch(program, user ?? undefined),
        entries,
        folder: { path: folder, ...(fd === undefined ? {} : { fd }) },
        databaseUrl,
        postgres: preparePostgresBinaries(root, process.getuid?.() === 0).folder,
        niceness,
        signal,
      },
      onLine,
    );
  } finally {
    if (fd !== undefined) closeSync(fd);
    await removeLeftovers(folder);
  }
}

/** Also what a killed drill left behind. */
async function removeLeftovers(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await stopOrphan(join(folder, "pg"));
  rmSync(folder, { recursive: true, force: true });
}
