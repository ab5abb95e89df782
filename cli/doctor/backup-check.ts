import pg from "pg";
import { findLastBackup } from "@/lib/log/search/last-backup";
import { errorMessage } from "@/lib/errors/error-message";
import { formatDuration, parseDuration } from "@/lib/format/duration";
import { fail, type Finding, info, ok } from "./finding";

const oldAfterSeconds = 7 * 86_400;

/** When the last backup was made that the audit log knows. Nothing without a database. */
export async function checkBackup(
  url: string | undefined,
  settings: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  if (!url) return [];
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5_000 });
  pool.on("error", () => {});
  try {
    const at = await findLastBackup({ db: { pool } });
    return [evaluateBackup(at === null ? null : (Date.now() - at.getTime()) / 1_000, settings)];
  } catch (error) {
    return [info("backup", `Cannot be checked: ${errorMessage(error)}`)];
  } finally {
    await pool.end().catch(() => {});
  }
}

/** With a schedule in the settings, a backup that is two intervals old is late. */
export function evaluateBackup(
  ageSeconds: number | null,
  { CHANCERY_BACKUP_DIR: folder, CHANCERY_BACKUP_EVERY: every = "1 day" }: NodeJS.ProcessEnv,
): Finding {
  const made =
    ageSeconds === null
      ? "No backup was made with chancery backup"
      : `The last one with chancery backup was made ${formatDuration(ageSeconds)} ago`;
  const isLate = (limit: number): boolean => ageSeconds === null || ageSeconds > limit;
  if (folder && isLate(2 * (parseDuration(every) ?? 0)))
    return fail(
      "backup",
      `${made}, although CHANCERY_BACKUP_DIR is set. See the output of Chancery.`,
    );
  return isLate(oldAfterSeconds)
    ? info("backup", `${made}. docs/operating.md says how to make them.`)
    : ok("backup", made);
}
