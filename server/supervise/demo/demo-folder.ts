import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** The data folder of a demonstration. */
export type DemoFolder = Readonly<{
  /** Of everybody who can sign in. */
  password: string;
  /** Whether the demonstration was made completely. */
  isFilled: boolean;
  /** Notes that it was. */
  setFilled: () => void;
}>;

type Mark = Readonly<{ createdAt: string; password: string; filledAt: string | null }>;

/** What would connect a demonstration with an installation that is in use, or change who is in it. */
const refusedSettings = [
  "DATABASE_URL",
  "DATABASE_OWNER_URL",
  "DATABASE_SIGNER_URL",
  "CHANCERY_KEK",
  "CHANCERY_KEK_FILE",
  "CHANCERY_WITNESS_DIR",
  "CHANCERY_WITNESS_POLICY",
  "CHANCERY_TSA_URL",
  "CHANCERY_BACKUP_DIR",
  "CHANCERY_ADMIN_EMAIL",
  "CHANCERY_ADMIN_PASSWORD",
  "CHANCERY_ORGANIZATION",
  "CHANCERY_DOMAINS",
] as const;

const passwordBytes = 15;
const markPath = (dataFolder: string): string => join(dataFolder, "demo.json");
/** What is in a folder that was only locked. */
const isOfLock = (name: string): boolean => /^lock(\.|$)/.test(name);

/**
 * For the start of a demonstration: marks a new data folder as a demonstration's, permanently, or
 * reads the mark. Throws if the folder holds anything else or wasn't filled completely, or if a
 * setting names a database, a key or a witness of another installation.
 */
export function openDemoFolder(
  dataFolder: string,
  settings: Readonly<Record<string, string | undefined>>,
): DemoFolder {
  for (const name of refusedSettings)
    if (settings[name])
      throw new Error(
        `The demonstration has its own database, keys and accounts. Unset ${name} and start again.`,
      );
  const path = markPath(dataFolder);
  const existing = readMark(path);
  if (existing === null && readdirSync(dataFolder).some((name) => !isOfLock(name)))
    throw new Error(
      `${dataFolder} holds an installation that is no demonstration. Choose another folder with CHANCERY_DATA, or start this one with npm start.`,
    );
  if (existing !== null && existing.filledAt === null)
    throw new Error(
      `The demonstration in ${dataFolder} was interrupted while it was made. Delete that folder and start again.`,
    );
  const mark = existing ?? {
    createdAt: new Date().toISOString(),
    password: randomBytes(passwordBytes).toString("base64url"),
    filledAt: null,
  };
  if (existing === null) writeMark(path, mark);
  return {
    password: mark.password,
    isFilled: mark.filledAt !== null,
    setFilled: () => writeMark(path, { ...mark, filledAt: new Date().toISOString() }),
  };
}

/** Throws for a folder that is a demonstration's: its history is invented. */
export function refuseDemoFolder(dataFolder: string): void {
  if (!existsSync(markPath(dataFolder))) return;
  throw new Error(
    `${dataFolder} holds a demonstration, whose history is invented. Start it with npm run demo, or choose another folder with CHANCERY_DATA.`,
  );
}

function writeMark(path: string, mark: Mark): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(mark)}\n`, { mode: 0o600, flush: true });
  renameSync(unfinished, path);
}

function readMark(path: string): Mark | null {
  if (!existsSync(path)) return null;
  try {
    const { createdAt, password, filledAt } = JSON.parse(readFileSync(path, "utf8")) as Mark;
    if (typeof password === "string" && (filledAt === null || typeof filledAt === "string"))
      return { createdAt, password, filledAt };
  } catch {
    // Reported below, like a mark that says something else.
  }
  throw new Error(
    `${path} can't be read. Delete the folder of this demonstration and start again.`,
  );
}
