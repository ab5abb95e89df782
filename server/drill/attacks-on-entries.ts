import type { Attack, LogFacts } from "./attack";
import { type DrillCopy, withoutGuards } from "./drill-copy";

type SqlAttack = Pick<Attack, "name" | "what" | "expected"> &
  Readonly<{ sql: (facts: LogFacts) => string[] }>;

/** An attack that only runs SQL as a superuser with every trigger disabled. */
export function sqlAttack({ sql, ...attack }: SqlAttack): Attack {
  return {
    ...attack,
    run: async (copy: DrillCopy, facts) => {
      const statements = sql(facts);
      await withoutGuards(copy, statements);
      return { sql: statements };
    },
  };
}

/** Changes the last digit of an entry's time: one microsecond, which no reader would notice. */
const changedTime = "set_byte(entry, octet_length(entry) - 10, 57)";

/** What an attacker who controls the database can do to entries. */
export const attacksOnEntries: readonly Attack[] = [
  sqlAttack({
    name: "edit-one-byte",
    what: "One byte of one entry is changed.",
    expected: "leaf",
    sql: ({ middle }) => [`update tlog.entry set entry = ${changedTime} where seq = ${middle}`],
  }),
  sqlAttack({
    name: "edit-with-its-hash",
    what: "One byte of one entry is changed, together with its stored hash.",
    expected: "tree",
    sql: ({ middle }) => [
      `update tlog.entry set entry = ${changedTime}, leaf_hash = sha256('\\x00'::bytea || ${changedTime}) where seq = ${middle}`,
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
    what: "Two entries are swapped, each with its own hash.",
    expected: "tree",
    sql: ({ middle }) => [
      `update tlog.entry set seq = 9999999 where seq = ${middle}`,
      `update tlog.entry set seq = ${middle} where seq = ${middle - 1}`,
      `update tlog.entry set seq = ${middle - 1} where seq = 9999999`,
    ],
  }),
  sqlAttack({
    name: "insert-one",
    what: "A forged entry with a correct hash is inserted between two others, and the later entries are renumbered.",
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
    what: "All stored leaf hashes are set to null.",
    expected: "leaf",
    sql: () => [
      "alter table tlog.entry alter column leaf_hash drop not null",
      "update tlog.entry set leaf_hash = null",
    ],
  }),
  sqlAttack({
    name: "rename-an-entry",
    what: "The stored ID of an entry is changed to differ from the one in its bytes.",
    expected: "id",
    sql: ({ middle }) => [`update tlog.entry set entry_id = 'ent_forged' where seq = ${middle}`],
  }),
];
