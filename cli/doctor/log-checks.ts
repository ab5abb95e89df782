import { errorMessage } from "@/lib/errors/error-message";
import { fail, type Finding, info, ok } from "./finding";
import { makeClient } from "@/lib/db/single-client";

type Row = {
  size: string;
  halted: string | null;
  log: string | null;
  covered: string | null;
  lateSeconds: string | null;
  unguarded: string | null;
  ahead: boolean;
};

// Only a superuser or the owner of the schema can create a partition without guards or disable them.
const sql = `select h.size, h.halted ->> 'message' as halted, l.origin as log, c.size as covered,
    (select extract(epoch from clock_timestamp() - sequenced_at)::bigint from tlog.entry where seq = coalesce(c.size, 0)) as "lateSeconds",
    (select string_agg(inhrelid::regclass::text, ', ') from pg_inherits where inhparent = 'tlog.entry'::regclass
      and (select count(*) from pg_trigger t where t.tgrelid = inhrelid and t.tgname in ('no_change', 'no_truncate') and t.tgenabled = 'A') < 2) as unguarded,
    to_regclass(format('tlog.entry_p%s', lpad(((h.size + 5000) / 10000000)::text, 6, '0'))) is not null as ahead
  from tlog.head h
  left join lateral (select generation, origin from tlog.log order by generation desc limit 1) l on true
  left join lateral (select size from tlog.checkpoint where generation = l.generation and published_at is not null order by size desc limit 1) c on true`;

/**
 * Checks that the log is not halted, is published in time and has its guards. Nothing without a
 * database.
 */
export async function checkLog(url: string | undefined): Promise<Finding[]> {
  if (!url) return [];
  const client = makeClient(url);
  try {
    await client.connect();
    const {
      rows: [row],
    } = await client.query<Row>(sql);
    return row
      ? [evaluateLog(row)]
      : [
          fail(
            "log",
            "tlog.head has no row: the database is incomplete. Restore it from a backup.",
          ),
        ];
  } catch (error) {
    return [info("log", `Cannot be checked: ${errorMessage(error)}`)];
  } finally {
    await client.end().catch(() => {});
  }
}

function evaluateLog({ size, halted, log, covered, lateSeconds, unguarded, ahead }: Row): Finding {
  if (halted !== null) return fail("log", `Halted: ${halted}`);
  if (unguarded !== null)
    return fail(
      "log",
      `${unguarded} has no guards against changes. Only a superuser or the owner of the schema can remove them: find out who did, and run chancery verify --live.`,
    );
  if (!ahead)
    return info(
      "log",
      "The next partition does not exist yet. The sequencer creates it before it is needed.",
    );
  if (log === null)
    return info(
      "log",
      `${size} entries. The gateway gives the log a name and a key when it starts.`,
    );
  if (Number(lateSeconds ?? 0) > 10)
    return fail(
      "log",
      `${log}: only ${covered ?? 0} of ${size} entries are covered by a published checkpoint, for ${lateSeconds} seconds. See /readyz and the output of the gateway.`,
    );
  return ok(
    "log",
    `${log}: ${size} entries, ${covered ?? 0} covered by the last published checkpoint`,
  );
}
