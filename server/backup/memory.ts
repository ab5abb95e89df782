import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { type Manifest, memoryFolder } from "./manifest";

/**
 * What the signer's folder on this machine says about the log in a backup. `kept`: the signer has
 * signed this log here, up to `size`, so it knows whether the backup lacks anything. `unknown`: it
 * never signed it, or has not signed it for so long that another node did, or its memory came from a
 * backup itself.
 */
export type SignerMemory =
  | Readonly<{ state: "kept"; size: number }>
  | Readonly<{ state: "unknown" }>
  /** It has signed a log that the backup's database never heard of. */
  | Readonly<{ state: "other-log"; origin: string }>
  | Readonly<{ state: "no-log" }>;

const isMemory = (name: string): boolean => /\.(checkpoint|crl-memory)$/.test(name);
/** Names the logs whose memory in this folder came from a backup: it may be older than the log. */
const restoredLogs = "restored-logs";

/** The notes of the checkpoints in a folder of the signer's memory, or of a copy of one. */
export function readNotes(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".checkpoint"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

/** Compares what the signer remembers here with the log in a backup. */
export function compareMemory(folder: string, log: Manifest["log"]): SignerMemory {
  // A log that has no checkpoint was signed nowhere.
  if (log === null || log.checkpoint === null) return { state: "no-log" };
  const signed = readNotes(folder).map(parseCheckpoint);
  const lost = signed.find(({ origin }) => !log.known.includes(origin));
  if (lost !== undefined) return { state: "other-log", origin: lost.origin };
  const own = signed.find(({ origin }) => origin === log.origin);
  if (own === undefined || readRestoredLogs(folder).includes(log.origin))
    return { state: "unknown" };
  // Another node signed what the backup holds: this memory doesn't know what came after it either.
  if (own.size < log.checkpoint.size) return { state: "unknown" };
  return { state: "kept", size: own.size };
}

function readRestoredLogs(folder: string): string[] {
  const path = join(folder, restoredLogs);
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

/**
 * Copies the memory in a backup to where the signer has none of that file. What is there is newer,
 * and stays. The logs are named first: a copy that is interrupted is not taken for the signer's own.
 * Returns how many files were copied and kept.
 */
export function restoreMemory(
  backupFolder: string,
  folder: string,
): Readonly<{ copied: number; kept: number }> {
  const from = join(backupFolder, memoryFolder);
  const names = existsSync(from) ? readdirSync(from).filter(isMemory) : [];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const missing = names.filter((name) => !existsSync(join(folder, name)));
  const origins = missing
    .filter((name) => name.endsWith(".checkpoint"))
    .map((name) => parseCheckpoint(readFileSync(join(from, name), "utf8")).origin);
  if (origins.length > 0)
    appendFileSync(join(folder, restoredLogs), `${origins.join("\n")}\n`, {
      mode: 0o600,
      flush: true,
    });
  for (const name of missing)
    writeFileSync(join(folder, name), readFileSync(join(from, name)), {
      mode: 0o600,
      flush: true,
      flag: "wx",
    });
  return { copied: missing.length, kept: names.length - missing.length };
}
