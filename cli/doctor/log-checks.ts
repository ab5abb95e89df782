import pg from "pg";
import { bad, note, ok, type Finding } from "./finding";

type Row = {
  size: string;
  halted: string | null;
  log: string | null;
  covered: string | null;
  lateSeconds: string | null;
  unguarded: string | null;
  ahead: boolean;
};

// A partition without its guards is one that a superuser made or changed: the application cannot.
const sql = `select h.size, h.halted ->> 'message' as halted, l.origin as log, c.size as covered,
    (select extract(epoch from clock_timestamp() - sequenced_at)::bigint from tlog.entry where seq = coalesce(c.size, 0)) as "lateSeconds",
    (select string_agg(inhrelid::regclass::text, ', ') from pg_inherits where inhparent = 'tlog.entry'::regclass
      and (select count(*) from pg_trigger t where t.tgrelid = inhrelid and t.tgname in ('no_change', 'no_truncate') and t.tgenabled = 'A') < 2) as unguarded,
    to_regclass(format('tlog.entry_p%s', lpad(((h.size + 5000) / 10000000)::text, 6, '0'))) is not null as ahead
  from tlog.head h
  left join lateral (select generation, origin from tlog.log order by generation desc limit 1) l on true
  left join lateral (select size from tlog.checkpoint where generation = l.generation and published_at is not null order by size desc limit 1) c on true`;

/** Whether the log moves, is published in time and has its guards. Nothing if the database does not answer: that is said already. */
export async function checkLog(url: string | undefined): Promise<Finding[]> {
  if (!url) return [];
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const {
      rows: [row],
    } = await client.query<Row>(sql);
    return row ? [judge(row)] : [bad("log", "tlog.head has no row: this database is not whole")];
  } catch (error) {
    return [
      note("log", `cannot be looked at: ${error instanceof Error ? error.message : String(error)}`),
    ];
  } finally {
    await client.end().catch(() => {});
  }
}

function judge({ size, halted, log, covered, lateSeconds, unguarded, ahead }: Row): Finding {
  if (halted !== null) return bad("log", `halted: ${halted}`);
  if (unguarded !== null)
    return bad(
      "log",
      `${unguarded} lacks guards against changes, which only somebody above the application's role can take away: find out who did, and run chancery verify --live`,
    );
  if (!ahead)
    return note(
      "log",
      "the next partition is not there yet; the sequencer makes it before it is needed",
    );
  if (log === null)
    return note("log", `${size} entries; it gets its name and key when the door starts`);
  if (Number(lateSeconds ?? 0) > 10)
    return bad(
      "log",
      `${log}: only ${covered ?? 0} of ${size} entries are under a published checkpoint, for ${lateSeconds} s; /readyz and the door's output say why`,
    );
  return ok("log", `${log}: ${size} entries, ${covered ?? 0} under the last published checkpoint`);
}
