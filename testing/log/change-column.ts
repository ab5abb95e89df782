import pg from "pg";

/** A column of a table, with what says which values it can have. */
export type Column = Readonly<{
  table: string;
  name: string;
  type: string;
  isNullable: boolean;
  /** Texts in the checks of its table that mention it. */
  words: readonly string[];
}>;

/** Which row is changed of a table, or for a column: one that counts. */
const rows: Readonly<Record<string, string>> = {
  identity_name: "state = 'held'",
  "identity_name.reserved_until": "state = 'reserved'",
  identity: "kind <> 'system'",
  certificate: "state = 'issued'",
};

/** Changes single values as a superuser does who switched every trigger and foreign key off. */
export type ColumnChanger = Readonly<{
  columns: readonly Column[];
  /** Whether the table has a row to change. */
  hasRow: (table: string) => Promise<boolean>;
  /**
   * Changes the column in one row, runs `work` and puts the value back. Null if the database
   * refuses every other value. `values`: SQL expressions to try instead of the usual ones.
   */
  during: <T>(
    column: Column,
    work: () => Promise<T>,
    values?: readonly string[],
  ) => Promise<T | null>;
  close: () => Promise<void>;
}>;

export async function openColumnChanger(
  superUrl: string,
  tables: readonly string[],
): Promise<ColumnChanger> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  for (const table of tables) await client.query(`alter table ${table} disable trigger all`);
  const { rows: found } = await client.query<Column>(
    `select c.table_name as table, c.column_name as name, c.is_nullable = 'YES' as "isNullable",
        format_type(a.atttypid, a.atttypmod) as type,
        array(select distinct m[1] from pg_constraint k, regexp_matches(pg_get_constraintdef(k.oid), '''([^'']+)''', 'g') m
          where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any(k.conkey)) as words
      from information_schema.columns c join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name
      where c.table_schema = 'public' and c.table_name = any($1) and c.is_generated = 'NEVER' order by 1, c.ordinal_position`,
    [tables],
  );
  return {
    columns: found,
    hasRow: async (table) => (await findRow(client, table)) !== null,
    during: (column, work, values) => during(client, column, work, values),
    close: () => client.end(),
  };
}

/** Where the row with the fewest empty columns is: its key may be what changes. */
async function findRow(client: pg.Client, table: string, what = table): Promise<string | null> {
  const { rows: found } = await client.query<{ place: string }>(
    `select ctid::text as place from ${table} t where ${rows[what] ?? rows[table] ?? "true"} order by (select count(*) from jsonb_each(to_jsonb(t)) e where e.value = 'null'), ctid desc limit 1`,
  );
  return found[0]?.place ?? null;
}

/** A value that the checks of the table refuse is tried again without them. */
async function during<T>(
  client: pg.Client,
  column: Column,
  work: () => Promise<T>,
  values?: readonly string[],
): Promise<T | null> {
  const putBack = await change(client, column, values);
  if (putBack !== null) return work().finally(putBack);
  return withoutChecks(client, column, async () => {
    const undo = await change(client, column, values);
    return undo && work().finally(undo);
  });
}

/** Changes the value; returns what puts it back, or null if every other value is refused. */
async function change(
  client: pg.Client,
  column: Column,
  values?: readonly string[],
): Promise<(() => Promise<void>) | null> {
  const { table, type } = column;
  const name = pg.escapeIdentifier(column.name);
  const from = await findRow(client, table, `${table}.${column.name}`);
  const { rows: kept } = await client.query<{ value: string | null }>(
    `select ${name}::text as value from ${table} where ctid = $1::tid`,
    [from],
  );
  for (const value of values ?? otherValues(column, name)) {
    const changed = await client
      .query<{ place: string }>(
        `update ${table} set ${name} = ${value} where ctid = '${from}' and ${name} is distinct from (${value})::${type} returning ctid::text as place`,
      )
      .catch(() => null);
    const place = changed?.rows[0]?.place;
    if (place === undefined) continue;
    return async () => {
      const { rowCount } = await client.query(
        `update ${table} set ${name} = $1::text::${type} where ctid = $2::tid`,
        [kept[0]?.value, place],
      );
      if (rowCount !== 1) throw new Error(`${table}.${column.name} could not be put back`);
    };
  }
  return null;
}

async function withoutChecks<T>(
  client: pg.Client,
  { table, name }: Column,
  work: () => Promise<T>,
): Promise<T> {
  const { rows: checks } = await client.query<{ name: string; definition: string }>(
    `select k.conname as name, pg_get_constraintdef(k.oid) as definition from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
      where k.conrelid = $1::regclass and k.contype = 'c' and a.attname = $2`,
    [table, name],
  );
  for (const check of checks)
    await client.query(`alter table ${table} drop constraint ${check.name}`);
  return work().finally(async () => {
    for (const check of checks)
      await client.query(`alter table ${table} add constraint ${check.name} ${check.definition}`);
  });
}

const quoted = (text: string): string => pg.escapeLiteral(text);

/** Expressions of values to try, in this order. */
function otherValues({ type, isNullable, words }: Column, name: string): string[] {
  const empty = isNullable ? ["null"] : [];
  if (type === "text") return [`coalesce(${name}, '') || 'x'`, ...words.map(quoted), ...empty];
  if (type === "boolean") return [`not coalesce(${name}, false)`];
  if (type === "integer" || type === "bigint") return [`coalesce(${name}, 0) + 1`, "1", ...empty];
  if (type.startsWith("timestamp"))
    return ["-", "+"]
      .map((sign) => `coalesce(${name}, now()) ${sign} interval '90 days'`)
      .concat(empty);
  if (type === "bytea")
    return [
      `set_byte(${name}, octet_length(${name}) - 1, get_byte(${name}, octet_length(${name}) - 1) # 1)`,
      String.raw`'\x01'`,
      "sha256('other')",
    ];
  if (type === "jsonb") return [`${name} || '{"x": 1}'`, `'{"x": 1}'`, `'["x"]'`];
  if (type === "text[]") return [`coalesce(${name}, '{}') || '{x}'::text[]`, ...empty];
  return [`'{203.0.113.0/24}'`, ...empty];
}
