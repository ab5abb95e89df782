import { sha256Hex } from "@/lib/format/hash";
import { credentialDigest } from "@/lib/log/credential-digest";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { EntryRecord } from "@/lib/log/types";
import {
  comparable,
  createdDifferences,
  findDifferences,
  millisOf,
  type Fields,
  type ReplayedEntry,
} from "./fields";
import { makeStateStore, type EntityRow, type EntityType } from "./entity-type";

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
  /** The prefixes of its entries' actions; the name by default. */
  prefixes?: readonly string[];
  /** The key of the row that an entry is about; its target's ID by default. */
  idOf?: (record: EntryRecord) => string | undefined;
  targetOf?: (id: string) => string;
  /** Every entry states everything, so that any of them can be the first. */
  isWhole?: true;
  mayBeMissing?: (expected: Fields) => boolean;
  /** Replaces columns of the row by what is compared. */
  derive?: (row: EntityRow) => Fields;
  /** Splits fields of rows and of the log into parts that are compared, and named, on their own. */
  split?: (fields: Fields) => Fields;
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

/** Reasons of entries about something that had ended before. */
const repeats: ReadonlySet<unknown> = new Set(["revoked before", "already"]);
/** Ends something: `date` is the field of the time, which is that of the first entry of its end. */
export const endFields =
  (fields: Fields, date: `${string} (near)`): Transition =>
  (before, { ts, reason }) => ({
    ...before,
    ...fields,
    [date]: before[date] ?? (repeats.has(reason) ? undefined : millisOf(ts)),
  });

const endDates: ReadonlySet<string> = new Set([
  "end (near)",
  "revocation date (near)",
  "use (near)",
  "cancellation (near)",
]);
/** Of a row whose state is another one, which these dates make, only the state is compared. */
function compareFields(
  row: Fields,
  expected: Fields,
  split: NonNullable<PlainEntityType["split"]>,
): string[] {
  const compared =
    row["state"] === expected["state"]
      ? row
      : Object.fromEntries(Object.entries(row).filter(([name]) => !endDates.has(name)));
  return findDifferences(split(compared), split(expected));
}

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
  prefixes = [name],
  idOf = ({ target }) => target?.id,
  targetOf = (id) => id,
  isWhole,
  mayBeMissing = () => false,
  derive = () => ({}),
  split = (fields) => fields,
}: PlainEntityType): EntityType<Fields> {
  const next = (
    before: Fields | null,
    { seq, record }: ReplayedEntry,
    onProblem: (message: string) => void,
  ): Fields | null => {
    const subject = seq === null ? "An entry in the inbox" : `Entry ${seq}`;
    if (record.reason === "no-change") return before;
    if (isWhole) return { ...before, ...initial(record) };
    if (record.action === created) {
      if (before)
        onProblem(
          `${subject} creates the ${name} ${record.target?.id ?? ""}, which already exists in the log.`,
        );
      return initial(record);
    }
    const transition = transitions[record.action.slice(record.action.indexOf(".") + 1)];
    if (!transition) return before;
    if (!before)
      onProblem(
        `${subject} (${record.action}) refers to the ${name} ${record.target?.id ?? ""}, which no earlier entry creates.`,
      );
    return before && transition(before, record);
  };
  return {
    name,
    prefixes,
    idOf,
    targetOf,
    mayBeMissing,
    next,
    columns,
    from,
    key,
    store: makeStateStore<Fields>(),
    differences: (row, expected) => [
      ...compareFields({ ...normalizeRow(row), ...derive(row) }, expected, split),
      ...createdDifferences(row.id, row["created"]),
    ],
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
/** The digest of what a row stores of a credential, as entries have it. */
export const storedDigest = (stored: string | null | undefined): string | null =>
  typeof stored === "string" ? credentialDigest(stored) : null;
/** What an entry has under this name; undefined (not compared) if it is older than the member. */
export const statedText = (
  details: EntryRecord["details"],
  name: string,
): string | null | undefined =>
  details[name] === undefined ? undefined : comparable(details[name]);
export const createdSql = (column = "created_at"): string => `${millisSql(column)} as created`;
export const truncateSql = (column: string): string => `left(${column}, 150)`;
/** PostgreSQL's `infinity` is text, which no entry has, and not an error that ends the comparison. */
const finiteSql = (column: string, number: string): string =>
  `case when isfinite(${column}) then (${number})::bigint::text else (${column})::text end`;
export const secondsSql = (column: string): string =>
  finiteSql(column, `floor(extract(epoch from ${column}))`);
export const millisSql = (column: string): string =>
  finiteSql(column, `extract(epoch from ${column}) * 1000`);
