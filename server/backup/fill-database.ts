import { hostname } from "node:os";
import type { Actor } from "@/lib/access/actor";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { verifyLog } from "@/lib/log/live/verify-log";
import type { Halt } from "@/lib/log/publish/types";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import type { Clock, Random } from "@/lib/runtime/clock";
import { migrate } from "@/server/supervise/migrate";
import { requireKek } from "@/server/supervise/requirements/require-kek";
import { userOf } from "@/server/supervise/signer-role";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import { haltRestored } from "./halt-restored";
import { loadDatabase } from "./load-database";
import { memoryFolder } from "./manifest";
import { readNotes, type SignerMemory } from "./memory";
import { join } from "node:path";

export type FillOptions = Readonly<{
  root: string;
  backup: CheckedBackup;
  memory: SignerMemory;
  signerFolder: string;
  /** The KEK and where it came from; null for a backup without keys. */
  kek: Readonly<{ kek: Uint8Array; from: string }> | null;
  /** Restore although the verification finds problems, which the original has as well. */
  withProblems: boolean;
  actor: Actor;
  clock: Clock;
  random: Random;
  onProgress: (text: string) => void;
}>;
export type RoleUrls = Readonly<{ ownerUrl: string; appUrl: string; signerUrl: string }>;

/** What was verified: the entries, and the problems that were accepted. */
export type Filled = Readonly<{ entries: number; problems: readonly string[] }>;

/**
 * Fills an empty database from a backup, brings it to this version, opens a key with the KEK and
 * verifies the whole log in it. The log is halted from the beginning unless the signer's memory is
 * here. Throws BackupError with what is wrong; the database is then of no use.
 */
export async function fillDatabase(options: FillOptions, urls: RoleUrls): Promise<Filled> {
  const { root, backup, clock, memory, kek, onProgress } = options;
  const { manifest, folder } = backup;
  let halt: Halt | null = null;
  await loadDatabase({
    root,
    ownerUrl: urls.ownerUrl,
    appRole: userOf(urls.appUrl),
    backup,
    onProgress,
    halt: async (query) => {
      if (memory.state !== "unknown") return null;
      halt = await haltRestored(query, manifest, options.signerFolder, clock.now());
      return halt;
    },
  });
  onProgress("migrations");
  await migrate(root, urls.ownerUrl, userOf(urls.appUrl));
  if (kek) await requireKek(urls.signerUrl, kek.kek, kek.from);
  const db = openDatabase(urls.appUrl, { max: 4 });
  try {
    const report = await verifyLog(
      { db, signer: { rememberedAll: async () => readNotes(join(folder, memoryFolder)) } },
      { onProgress: (done, total, note) => onProgress(`${note}: ${done} of ${total}`) },
    );
    const problems = report.checks.flatMap((check) => check.problems);
    if (!report.ok && !options.withProblems)
      throw new BackupError(
        `The log in the backup doesn't verify.\n${listProblems(problems)}\nIf the original had the same problems, restore with --with-problems.`,
      );
    await recordRestore(options, db, halt, problems.length);
    return { entries: report.size, problems };
  } finally {
    await closeDatabase(db);
  }
}

const listedProblems = 20;

/** The first problems, a line each, and how many more there are. */
export function listProblems(problems: readonly string[]): string {
  const more = problems.length - listedProblems;
  return [...problems.slice(0, listedProblems), ...(more > 0 ? [`… and ${more} more`] : [])]
    .map((line) => `  ${line}`)
    .join("\n");
}

async function recordRestore(
  { backup, memory, actor, clock, random }: FillOptions,
  db: Database,
  halt: Halt | null,
  problems: number,
): Promise<void> {
  const { manifest, manifestSha256 } = backup;
  const source = makeSource(`${hostname()}/restore`, random.bytes);
  const recorder = makeRecorder({ db, clock, random, source });
  const target = (id: string) => ({ kind: "log", id, label: id });
  const origin = manifest.log?.origin ?? "";
  if (halt !== null)
    await recordEntry(recorder, actor, {
      action: "log.halted",
      outcome: "failure",
      target: target(origin),
      details: {
        code: halt.code,
        origin,
        rememberedSize: halt.rememberedSize,
        rememberedRoot: halt.rememberedRootHex,
        foundSize: halt.foundSize,
      },
    });
  await recordEntry(recorder, actor, {
    action: "backup.restored",
    outcome: "success",
    target: target(origin),
    details: {
      takenAt: manifest.takenAt,
      entries: manifest.log?.entries ?? 0,
      manifestSha256,
      memory: memory.state === "unknown" ? "restored" : "kept",
      problems,
    },
  });
  await makeHeartbeat(recorder).sendLast();
}
