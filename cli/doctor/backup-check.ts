import pg from "pg";
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
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ age: string | null }>(
      "select max(extract(epoch from clock_timestamp() - ts))::bigint as age from (select ts from tlog.search where action = 'backup.made' and not is_read order by seq desc limit 1) newest",
    );
    const age = rows[0]?.age ?? null;
    return [evaluateBackup(age === null ? null : Number(age), settings)];
  } catch (error) {
    return [info("backup", `Cannot be checked: ${errorMessage(error)}`)];
  } finally {
    await client.end().catch(() => {});
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
