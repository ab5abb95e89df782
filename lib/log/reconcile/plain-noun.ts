import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../canonical";
import type { EntryRecord } from "../types";
import { differencesOf, type Fields, fit, type Replayed } from "./fields";
import { makeStore, type Noun } from "./noun";

export type Step = (before: Fields, record: EntryRecord) => Fields;
export type Plain = Readonly<{
  name: string;
  columns: string;
  from: string;
  key?: string;
  created: string;
  make: (record: EntryRecord) => Fields;
  steps: Readonly<Record<string, Step>>;
  call?: string;
}>;

/** What an entry says that was changed, by the names that the table's facts have. */
export const changed =
  (names: Readonly<Record<string, string>>): Step =>
  (before, { details }) => {
    const after: Record<string, string | null | undefined> = { ...before };
    for (const [field, change] of Object.entries(
      (details.changes ?? {}) as Record<string, { to?: unknown }>,
    )) {
      const name = names[field];
      if (name !== undefined) after[name] = fit(change.to);
    }
    return after;
  };
export const become =
  (facts: Fields): Step =>
  (before) => ({ ...before, ...facts });

/** A noun whose rows are few and whose facts are texts. */
export function plainNoun({
  name,
  columns,
  from,
  key = "id",
  created,
  make,
  steps,
  call = "name",
}: Plain): Noun<Fields> {
  const next = (
    before: Fields | null,
    { seq, record }: Replayed,
    say: (words: string) => void,
  ): Fields | null => {
    const at = seq === null ? "An entry that waits" : `Entry ${seq}`;
    if (record.action === created) {
      if (before)
        say(`${at} makes the ${name} ${record.target?.id ?? ""} that the log has already.`);
      return make(record);
    }
    const step = steps[record.action.slice(name.length + 1)];
    if (!step) return before;
    if (!before)
      say(
        `${at} (${record.action}) is about the ${name} ${record.target?.id ?? ""}, which no entry before it makes.`,
      );
    return before && step(before, record);
  };
  return {
    name,
    next,
    columns,
    from,
    key,
    store: makeStore<Fields>(),
    differences: (row, expected) => differencesOf(tidy(row), expected),
    call: (row) => `The ${name} ${row.id}${row[call] ? ` (${row[call]})` : ""}`,
  };
}

/** A row's facts as entries keep them; bytes that were let go are not compared. */
function tidy(row: Fields): Fields {
  const facts = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name === "rules" ? digestOf(value ?? "null") : fit(value),
    ]),
  );
  return facts["content"] === null ? { ...facts, content: undefined } : facts;
}

/** As an entry digests the rules of a profile: canonical JSON, so that a database may order the members as it likes. */
const digestOf = (rules: string): string =>
  createHash("sha256")
    .update(canonicalJson(JSON.parse(rules) as Json))
    .digest("hex");
export const cut = (column: string): string => `left(${column}, 150)`;
export const seconds = (column: string): string =>
  `floor(extract(epoch from ${column}))::bigint::text`;
export const millis = (column: string): string =>
  `(extract(epoch from ${column}) * 1000)::bigint::text`;
