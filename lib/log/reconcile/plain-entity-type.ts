import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { EntryRecord } from "@/lib/log/types";
import { findDifferences, type Fields, comparable, type ReplayedEntry } from "./fields";
import { makeStateStore, type EntityType } from "./entity-type";

export type Transition = (before: Fields, record: EntryRecord) => Fields;
export type PlainEntityType = Readonly<{
  name: string;
  columns: string;
  from: string;
  key?: string;
  created: string;
  initial: (record: EntryRecord) => Fields;
  transitions: Readonly<Record<string, Transition>>;
  labelField?: string;
}>;

/** Applies the `changes` of an entry; `names` maps their fields to the names used here. */
export const applyChanges =
  (names: Readonly<Record<string, string>>): Transition =>
  (before, { details }) => {
    const after: Record<string, string | null | undefined> = { ...before };
    for (const [field, change] of Object.entries(
      (details.changes ?? {}) as Record<string, { to?: unknown }>,
    )) {
      const name = names[field];
      if (name !== undefined) after[name] = comparable(change.to);
    }
    return after;
  };
export const setFields =
  (fields: Fields): Transition =>
  (before) => ({ ...before, ...fields });

/** An entity type with few rows and plain text fields. */
export function makePlainEntityType({
  name,
  columns,
  from,
  key = "id",
  created,
  initial,
  transitions,
  labelField = "name",
}: PlainEntityType): EntityType<Fields> {
  const next = (
    before: Fields | null,
    { seq, record }: ReplayedEntry,
    onProblem: (message: string) => void,
  ): Fields | null => {
    const subject = seq === null ? "An entry in the inbox" : `Entry ${seq}`;
    if (record.action === created) {
      if (before)
        onProblem(
          `${subject} creates the ${name} ${record.target?.id ?? ""}, which already exists in the log.`,
        );
      return initial(record);
    }
    const transition = transitions[record.action.slice(name.length + 1)];
    if (!transition) return before;
    if (!before)
      onProblem(
        `${subject} (${record.action}) refers to the ${name} ${record.target?.id ?? ""}, which no earlier entry creates.`,
      );
    return before && transition(before, record);
  };
  return {
    name,
    next,
    columns,
    from,
    key,
    store: makeStateStore<Fields>(),
    differences: (row, expected) => findDifferences(normalizeRow(row), expected),
    describe: (row) => `The ${name} ${row.id}${row[labelField] ? ` (${row[labelField]})` : ""}`,
  };
}

/** A row's fields in the form that is compared; content that was discarded is not compared. */
function normalizeRow(row: Fields): Fields {
  const fields = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name === "rules" ? rulesDigest(value ?? "null") : comparable(value),
    ]),
  );
  return fields["content"] === null ? { ...fields, content: undefined } : fields;
}

/**
 * The digest of a profile's or policy's rules as entries hold it: of canonical JSON, because the
 * database may reorder the members.
 */
const rulesDigest = (rules: string): string => sha256Hex(canonicalJson(JSON.parse(rules) as Json));
export const truncateSql = (column: string): string => `left(${column}, 150)`;
export const secondsSql = (column: string): string =>
  `floor(extract(epoch from ${column}))::bigint::text`;
export const millisSql = (column: string): string =>
  `(extract(epoch from ${column}) * 1000)::bigint::text`;
