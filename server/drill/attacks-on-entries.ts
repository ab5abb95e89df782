import type { Attack, Facts } from "./attack";
import { type Copy, withoutGuards } from "./place";

type Plain = Pick<Attack, "name" | "what" | "expected"> &
  Readonly<{ sql: (facts: Facts) => string[] }>;

/** An attack that is nothing but SQL of a superuser with every trigger off. */
export function sqlAttack({ sql, ...attack }: Plain): Attack {
  return {
    ...attack,
    run: async (copy: Copy, facts) => {
      const statements = sql(facts);
      await withoutGuards(copy, statements);
      return { sql: statements };
    },
  };
}

/** The last digit of an entry's time: what changes is a microsecond, and nothing that a reader would notice. */
const otherTime = "set_byte(entry, octet_length(entry) - 10, 57)";

/** What somebody who owns the database can do to entries. */
export const attacksOnEntries: readonly Attack[] = [
  sqlAttack({
    name: "edit-one-byte",
    what: "One byte of one entry is changed.",
    expected: "leaf",
    sql: ({ middle }) => [`update tlog.entry set entry = ${otherTime} where seq = ${middle}`],
  }),
  sqlAttack({
    name: "edit-with-its-hash",
    what: "One byte of one entry is changed, and the stored hash with it.",
    expected: "tree",
    sql: ({ middle }) => [
      `update tlog.entry set entry = ${otherTime}, leaf_hash = sha256('\\x00'::bytea || ${otherTime}) where seq = ${middle}`,
    ],
  }),
  sqlAttack({
    name: "delete-one",
    what: "One entry is deleted.",
    expected: "numbers",
    sql: ({ middle }) => [`delete from tlog.entry where seq = ${middle}`],
  }),
  sqlAttack({
    name: "swap-two",
    what: "Two entries change places, each with its own hash.",
    expected: "tree",
    sql: ({ middle }) => [
      `update tlog.entry set seq = 9999999 where seq = ${middle}`,
      `update tlog.entry set seq = ${middle} where seq = ${middle - 1}`,
      `update tlog.entry set seq = ${middle - 1} where seq = 9999999`,
    ],
  }),
  sqlAttack({
    name: "insert-one",
    what: "An entry that never was is put between two others, with the right hash, and the numbers after it moved on.",
    expected: "tree",
    sql: ({ middle }) => [
      `update tlog.entry set seq = seq + 5000000 where seq >= ${middle}`,
      "update tlog.entry set seq = seq - 4999999 where seq >= 5000000",
      `insert into tlog.entry (seq, entry_id, leaf_hash, entry) select ${middle}, 'ent_forged', sha256('\\x00'::bytea || forged), forged from (select convert_to(replace(convert_from(entry, 'UTF8'), entry_id, 'ent_forged'), 'UTF8') as forged from tlog.entry where seq = ${middle - 1}) f`,
      "update tlog.head set size = size + 1",
    ],
  }),
  sqlAttack({
    name: "set-hashes-null",
    what: "All stored leaf hashes are emptied.",
    expected: "leaf",
    sql: () => [
      "alter table tlog.entry alter column leaf_hash drop not null",
      "update tlog.entry set leaf_hash = null",
    ],
  }),
  sqlAttack({
    name: "rename-an-entry",
    what: "An entry is found under another id than its bytes have.",
    expected: "id",
    sql: ({ middle }) => [`update tlog.entry set entry_id = 'ent_forged' where seq = ${middle}`],
  }),
];
