import type { Database } from "@/lib/runtime/deps";
import type { TrustLevel } from "@/lib/log/view-types";

export type LogRow = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  startSize: number;
  previousNote: string | null;
  leftBehind: readonly string[];
}>;

/** The state of the log at one moment. Later growth is left to the next verification. */
export type Snapshot = Readonly<{
  size: number;
  tree: Readonly<{ size: number; edge: readonly Buffer[] }>;
  logs: readonly LogRow[];
  /** Checkpoints of the newest log with more entries than the log has. */
  beyond: readonly Readonly<{ generation: number; size: number }>[];
  /** Rows beyond the end of the log. */
  entriesBeyond: number;
  searchBeyond: number;
  newestPublished: number | null;
  /** How far the search index and the table of sources are. */
  indexedTo: number;
  /** The table of sources, as of `indexedTo`. */
  sources: readonly SourceRow[];
}>;

/** A run of a source, as the table of sources has it. */
export type SourceRow = Readonly<{
  id: string;
  boot: string;
  arrived: number;
  settled: number;
  missing: string;
  ended: boolean;
}>;

type Row = {
  upto: string;
  size: string;
  tree_size: string;
  edge: Buffer[] | null;
  logs: LogRow[] | null;
  beyond: { generation: number; size: number }[] | null;
  entries_beyond: string;
  search_beyond: string;
  newest: string | null;
  sources: SourceRow[] | null;
};

/** Reads everything in one statement, so that it is consistent. */
export async function readSnapshot({ pool }: Pick<Database, "pool">): Promise<Snapshot> {
  const {
    rows: [row],
  } = await pool.query<Row>(`select h.size, i.upto, t.size as tree_size, t.edge,
    (select json_agg(json_build_object('generation', generation, 'origin', origin, 'vkey', vkey, 'startSize', start_size, 'previousNote', previous_note, 'leftBehind', left_behind) order by generation) from tlog.log) as logs,
    (select json_agg(json_build_object('generation', generation, 'size', size) order by size) from tlog.checkpoint where size > h.size and generation = (select max(generation) from tlog.log)) as beyond,
    (select count(*) from tlog.entry where seq >= h.size) as entries_beyond, (select count(*) from tlog.segment where high > h.size) as search_beyond,
    (select max(size) from tlog.checkpoint where published_at is not null and generation = (select max(generation) from tlog.log) and size <= h.size) as newest,
    (select json_agg(json_build_object('id', s.id, 'boot', s.boot, 'arrived', s.arrived, 'settled', s.settled, 'ended', s.ended,
      'missing', (select string_agg(lower(r) || '-' || upper(r) - 1, ',' order by lower(r)) from unnest(s.missing) r)) order by s.id, s.boot) from tlog.source s) as sources
    from tlog.head h, tlog.indexed i, tlog.tree t`);
  if (row === undefined) throw new Error("tlog.head, tlog.indexed or tlog.tree is empty.");
  return {
    size: Number(row.size),
    indexedTo: Number(row.upto),
    tree: { size: Number(row.tree_size), edge: row.edge ?? [] },
    logs: row.logs ?? [],
    beyond: row.beyond ?? [],
    entriesBeyond: Number(row.entries_beyond),
    searchBeyond: Number(row.search_beyond),
    sources: (row.sources ?? []).map((source) => ({ ...source, missing: source.missing ?? "" })),
    newestPublished: row.newest === null ? null : Number(row.newest),
  };
}

/** The result of a verification. */
export type LogReport = Readonly<{
  ok: boolean;
  /** The level of the newest published checkpoint that was verified. */
  level: TrustLevel;
  /** Entries 0 … size - 1 were verified. */
  size: number;
  /** The size of that checkpoint; null if there is none. */
  checkpointSize: number | null;
  /**
   * `checked`: items checked; `count`: problems found; `problems`: descriptions of the first ones;
   * `unlisted`: how many have none.
   */
  checks: readonly Readonly<{
    name: string;
    checked: number;
    count: number;
    problems: readonly string[];
    unlisted: number;
  }>[];
  /** Authorities whose time stamps were not verified, for want of trusted roots. */
  untrustedStamps: readonly string[];
  milliseconds: number;
}>;
