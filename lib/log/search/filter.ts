import { AppError } from "@/lib/errors/app-error";
import { parseRecordedAddress } from "@/lib/log/pure/recorded-address";
import {
  factRun,
  factToken,
  isReadAction,
  networkRun,
  prefixRun,
  type TokenRun,
  wholeWordRun,
  wordRun,
} from "@/lib/log/pure/search-tokens";
import { isSingle, readAskedWords } from "@/lib/log/pure/asked-words";
import type { Clause, IndexSearch } from "@/lib/log/segments/walk-segments";
import { entryQuery, parseMoment, addressOrNetwork, type EntryQuery } from "@/lib/log/schema";
import { serialForms } from "@/lib/log/serial-forms";

/** Entry numbers from `low` to `high - 1`. */
export type Range = Readonly<{ low: number; high: number }>;

/** A parsed query. An entry must match each of `clauses`, and the rest. */
export type Filter = Readonly<{
  clauses: readonly Clause[];
  /** Whether all that match the clauses are reads, or none is; null if only the index knows. */
  allReads: boolean | null;
  reads: "include" | "only" | "exclude";
  order: "asc" | "desc";
  limit: number;
  /** Only entries after this number, in the chosen order. */
  after: number | null;
  from: Date | null;
  /** The end of the time range, exclusive. */
  until: Date | null;
  /** The filter as it is recorded: name=value pairs, without paging. */
  text: string;
  /** Its fields, without paging. */
  query: Readonly<Record<string, string>>;
}>;

const defaultLimit = 50;
const idPattern = /^(usr|tok|crt|idn)_/;

type Finding = Readonly<{ code: "audit.query"; message: string; path: string }>;

/** Parses a query. Throws AppError `audit.query`, which names every invalid field. */
export function parseFilter(input: EntryQuery): Filter {
  const parsed = entryQuery.safeParse(input);
  if (!parsed.success)
    throw invalidFilter(
      parsed.error.issues.map((issue) => findingOf(issue.path.join("."), issue.message)),
    );
  const query = parsed.data;
  const order = query.order || "desc";
  const times = readTimes(query);
  const { words, problem } = readAskedWords(query.q ?? "");
  const findings = [...(problem === null ? [] : [findingOf("q", problem)]), ...findInTimes(times)];
  if (findings.length > 0) throw invalidFilter(findings);
  const isWholeAction = query.action !== undefined && /[^.]$/.test(query.action);
  return {
    clauses: [...factClauses(query), ...wordRuns(words).map((word) => [word])],
    allReads: isWholeAction ? isReadAction(query.action ?? "") : null,
    ...times,
    order,
    reads: query.reads || "include",
    limit: query.limit ?? defaultLimit,
    after: parseCursor(query.cursor, order),
    ...describeFilter(query),
  };
}

const readTimes = ({ from, to }: EntryQuery): Pick<Filter, "from" | "until"> => ({
  from: from ? parseMoment(from) : null,
  until: to ? parseMoment(to, true) : null,
});

const findInTimes = ({ from, until }: Pick<Filter, "from" | "until">): Finding[] =>
  from !== null && until !== null && until <= from
    ? [findingOf("to", "The end is before the start.")]
    : [];

const findingOf = (path: string, message: string): Finding => ({
  code: "audit.query",
  message,
  path,
});

const invalidFilter = (findings: readonly Finding[]): AppError =>
  new AppError(
    "audit.query",
    `Invalid filter. ${findings.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(" ")}`,
    { findings },
  );

/** A clause for each field but the words. An empty field does not filter. */
function factClauses(query: EntryQuery): Clause[] {
  const clauses: Clause[] = [];
  const add = (value: string | null | undefined, run: (value: string) => TokenRun): void => {
    const trimmed = value?.trim() ?? "";
    if (trimmed !== "") clauses.push([run(trimmed)]);
  };
  add(query.actor, (value) => factRun(idPattern.test(value) ? "actorId" : "actorLabel", value));
  add(query.action, (value) =>
    value.endsWith(".") ? prefixRun(factToken("action", value)) : factRun("action", value),
  );
  add(query.outcome, (value) => factRun("outcome", value));
  add(query.target, (value) => factRun("target", value));
  add(query.certificate, (value) => factRun("certificate", value));
  const serials = query.serial ? serialForms(query.serial) : null;
  if (serials !== null) clauses.push(serials.map((serial) => factRun("serial", serial)));
  add(query.ip && addressOrNetwork(query.ip), addressRun);
  return clauses;
}

function addressRun(network: string): TokenRun {
  const [host = "", bits] = network.split("/");
  const address = parseRecordedAddress(host) ?? new Uint8Array(4);
  return networkRun(address, bits === undefined ? 8 * address.length : Number(bits));
}

const wordRuns = (words: readonly string[]): TokenRun[] =>
  words.map((word) => (isSingle(word) ? wholeWordRun(word) : wordRun(word)));

/** The filter as the index is asked, for entries of a range. */
export function searchOf(filter: Filter, { low, high }: Range): IndexSearch {
  const { clauses, reads, from, until, order } = filter;
  const kind = reads === "include" ? [] : [[factRun("kind", reads === "only" ? "r" : "a")]];
  return {
    all: [...clauses, ...kind],
    low,
    high,
    fromMs: from?.getTime() ?? null,
    untilMs: until?.getTime() ?? null,
    order,
  };
}

/** The part of a range after a cursor. */
export function rangeAfterCursor(
  { order, after }: Pick<Filter, "order" | "after">,
  range: Range,
): Range {
  if (after === null) return range;
  return order === "asc"
    ? { ...range, low: Math.max(range.low, after + 1) }
    : { ...range, high: Math.min(range.high, after) };
}

function describeFilter(given: Readonly<Record<string, unknown>>): Pick<Filter, "text" | "query"> {
  const fields = Object.entries(given).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value.trim() : "";
    const isFilter = !["limit", "cursor", "order"].includes(name) && text !== "";
    // What leaves nothing out is no filter: an export of everything claims to be one.
    return isFilter && !(name === "reads" && text === "include") ? [[name, text] as const] : [];
  });
  return {
    text: fields.map(([name, value]) => `${name}=${quoteValue(value)}`).join(" "),
    query: Object.fromEntries(fields),
  };
}

/**
 * A value as it is shown: in quotes if it has anything but letters, digits and `._:/@*+-`, with what
 * can't be seen escaped. So one text never stands for two filters.
 */
const quoteValue = (value: string): string =>
  /^[\p{L}\p{N}._:/@*+-]+$/u.test(value)
    ? value
    : JSON.stringify(value).replaceAll(
        /[^ -~\p{L}\p{N}]/gu,
        (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
      );

/** The cursor of the next page; valid for one order. */
export const formatCursor = (order: Filter["order"], seq: number): string => `${order}-${seq}`;

function parseCursor(cursor: string | undefined, order: Filter["order"]): number | null {
  if (!cursor) return null;
  const [, cursorOrder, seq] = /^(asc|desc)-(\d{1,15})$/.exec(cursor) ?? [];
  if (cursorOrder === order) return Number(seq);
  throw new AppError(
    "audit.cursor",
    cursorOrder
      ? "This cursor was issued for the other sort order. Start again without a cursor."
      : "This cursor is invalid. Start again without a cursor.",
    {
      findings: [{ code: "audit.cursor", message: "not a cursor of this query", path: "cursor" }],
    },
  );
}
