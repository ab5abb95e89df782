import { readEntry as readLogEntry } from "@/lib/log/read-entry";
import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { sha256Hex } from "@/lib/format/hash";
import { profileVersionText } from "@/lib/log/pure/profile-version";
import type { StoredRules } from "@/lib/pki/stored-rules";

/** A version of a profile that is what its entry in the log says. */
export type KnownVersion = Readonly<{
  slug: string;
  system: boolean;
  authorityId: string | null;
  /** Read when they are used: they may be of any shape. */
  storedRules: StoredRules;
}>;

type Key = Readonly<{ profileId: string; profileVersion: number }>;
type Row = Readonly<{
  profileId: string;
  version: number;
  slug: string;
  system: boolean;
  authorityId: string | null;
  rules: StoredRules;
  digest: string | null;
  entryId: string | null;
}>;

const maxKnown = 1_000;
export const versionKey = ({ profileId, profileVersion }: Key): string =>
  `${profileId} ${profileVersion}`;

const readVersionsSql = {
  name: "signer_versions",
  text: `select profile_id as "profileId", version, slug, system, authority_id as "authorityId", rules, digest, entry_id as "entryId"
    from profile_version where (profile_id, version) in (select * from unnest($1::text[], $2::int[]))`,
} as const;

/**
 * Reads versions of profiles, each once: they never change. One counts only if its digest is that
 * of its content and of the entry that made it; one from before versions were kept has no entry.
 * Versions that don't count are absent, and are read again the next time.
 */
export function makeProfileVersions(
  db: Database,
): (keys: readonly Key[]) => Promise<ReadonlyMap<string, KnownVersion>> {
  const known = new Map<string, KnownVersion>();
  return async (keys) => {
    const missing = [...new Map(keys.map((key) => [versionKey(key), key]))].filter(
      ([key]) => !known.has(key),
    );
    if (missing.length === 0) return known;
    const { rows } = await db.pool.query<Row>({
      ...readVersionsSql,
      values: [
        missing.map(([, { profileId }]) => profileId),
        missing.map(([, { profileVersion }]) => profileVersion),
      ],
    });
    const entries = await readEntries(db, rows);
    if (known.size + rows.length > maxKnown) known.clear();
    for (const row of rows.filter((one) => isRecorded(one, entries)))
      known.set(versionKey({ profileId: row.profileId, profileVersion: row.version }), {
        slug: row.slug,
        system: row.system,
        authorityId: row.authorityId,
        storedRules: row.rules,
      });
    return known;
  };
}

type Entry = Readonly<{ id: string; bytes: Uint8Array }>;

async function readEntries(db: Database, rows: readonly Row[]): Promise<readonly Entry[]> {
  const ids = rows.flatMap(({ entryId }) => (entryId === null ? [] : [entryId]));
  if (ids.length === 0) return [];
  const found = await db.pool.query<{ entry_id: string; entry: Uint8Array }>({
    name: "signer_entries",
    text: "select entry_id, entry from tlog.find_entries($1)",
    values: [ids],
  });
  return found.rows.map((row) => ({ id: row.entry_id, bytes: row.entry }));
}

const makers: ReadonlySet<unknown> = new Set(["profile.created", "profile.updated"]);

function isRecorded(row: Row, entries: readonly Entry[]): boolean {
  if (row.digest === null && row.entryId === null) return true;
  if (sha256Hex(profileVersionText(row)) !== row.digest) return false;
  return entries
    .filter(({ id }) => id === row.entryId)
    .some(({ id, bytes }) => {
      const { action, target, details } = readEntry(bytes, id);
      return (
        makers.has(action) &&
        target?.id === row.profileId &&
        details?.["version"] === row.version &&
        details["versionSha256"] === row.digest
      );
    });
}

export type ReadEntry = Readonly<{
  action?: unknown;
  target?: Readonly<{ id?: unknown }> | null;
  details?: Readonly<Record<string, unknown>> | null;
}>;

/**
 * An entry as far as the signer relies on it; `storedId` is the ID in its row. What no reader of the
 * log can read has no members: it is no record, so nothing is signed for it.
 */
export function readEntry(bytes: Uint8Array, storedId: string): ReadEntry {
  const reading = readLogEntry(bytes, storedId);
  return reading.readable ? reading.record : {};
}

export const unknownVersion = ({ profileId, profileVersion }: Key): AppError =>
  new AppError(
    "signer.profile-version",
    `Version ${profileVersion} of the profile ${profileId} isn't kept, or isn't what its entry records, so nothing was signed under it. Save the profile again and repeat the request.`,
  );
