/** Entries joined into one value: far cheaper to send and to parse than an array of byte strings. */
export type Joined = Readonly<{
  bytes: Buffer;
  offsets: number[];
  lengths: number[];
  ids: string[];
  targets: (string | null)[];
}>;

/** An encoded entry, with what the inbox is looked up by: the entry's id and its target's. */
export type Encoded = Readonly<{ bytes: Uint8Array; id: string; targetId: string | null }>;

/** Puts entries one after another; offsets count from 1, as PostgreSQL does. */
export function joinEntries(entries: readonly Encoded[]): Joined {
  const offsets: number[] = [],
    lengths: number[] = [];
  let next = 1;
  for (const { bytes } of entries) {
    offsets.push(next);
    lengths.push(bytes.length);
    next += bytes.length;
  }
  return {
    bytes: Buffer.concat(entries.map(({ bytes }) => bytes)),
    offsets,
    lengths,
    ids: entries.map(({ id }) => id),
    targets: entries.map(({ targetId }) => targetId),
  };
}

/** Inserts joined entries into the inbox, in their order: numbers follow the order of insertion within a transaction. */
export const insertEntries = {
  name: "log-append",
  text: `insert into tlog.inbox (entry, entry_id, target_id)
    select substr($1::bytea, o, l), i, t from unnest($2::int[], $3::int[], $4::text[], $5::text[]) as part (o, l, i, t) order by o`,
};

export const valuesOf = ({
  bytes,
  offsets,
  lengths,
  ids,
  targets,
}: Joined): [Buffer, number[], number[], string[], (string | null)[]] => [
  bytes,
  offsets,
  lengths,
  ids,
  targets,
];
