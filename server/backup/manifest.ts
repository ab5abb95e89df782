import { z } from "zod";
import { BackupError } from "./backup-error";

/** The version of the layout that this Chancery writes; it reads no other. */
export const formatVersion = 1;
export const manifestName = "manifest.json";
/** The digest of the manifest, in the form of sha256sum. */
export const manifestDigestName = "manifest.json.sha256";
export const memoryFolder = "memory";

/** Two levels at most, and nothing that leads out of the folder. */
const path = z.string().regex(/^(tables|memory)\/[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.object({
  format: z.literal("chancery-backup"),
  version: z.literal(formatVersion),
  /** The version of Chancery that made it, and of the PostgreSQL that it was read from. */
  chancery: z.string(),
  postgres: z.string(),
  takenAt: z.iso.datetime(),
  /** The migrations that the database had. */
  migrations: z.array(z.string().regex(/^\d{14}_\w+$/)).min(1),
  /** The newest log, the entries that the database held of it, and its last checkpoint. */
  log: z
    .object({
      origin: z.string(),
      /** The names of all logs in the database, and of those that a continuation left behind. */
      known: z.array(z.string()),
      entries: count,
      checkpoint: z.object({ size: count, rootHex: sha256 }).nullable(),
    })
    .nullable(),
  /** Private keys: sealed as they are in the database, or left out. The KEK is in no backup. */
  keys: z.enum(["sealed", "none"]),
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.string()).min(1),
      rows: count,
      /** Parts of one text in the format of COPY, each compressed with gzip. */
      files: z.array(path),
    }),
  ),
  sequences: z.array(z.object({ name: z.string(), last: z.string(), called: z.boolean() })),
  files: z.array(z.object({ path, size: count, sha256 })),
});

/** What is in a backup (docs/decisions/0029-backups.md). */
export type Manifest = z.infer<typeof schema>;
export type TableContent = Manifest["tables"][number];

/** Reads a manifest. Throws BackupError if it isn't one, or is of a format that is not known. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BackupError(`${manifestName} is damaged: it is not JSON.`, { cause: error });
  }
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  if (format !== "chancery-backup")
    throw new BackupError(`${manifestName} is not that of a backup of Chancery.`);
  if (version !== formatVersion)
    throw new BackupError(
      `The backup has the format ${JSON.stringify(version)}; this version of Chancery reads format ${formatVersion}. Restore it with the version that made it.`,
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BackupError(
    `${manifestName} is damaged: ${issue?.path.join(".")}: ${issue?.message ?? ""}.`,
  );
}
