import { AppError } from "@/lib/errors/app-error";
import {
  entryQuery,
  parseMoment,
  addressOrNetwork,
  parseSerial,
  type EntryQuery,
} from "@/lib/log/schema";

/**
 * A condition in SQL over tlog.search, for actions and for reads. `words`: it uses the full-text
 * index.
 */
export type Condition = Readonly<{ actions: string; reads: string; words: boolean }>;

/** A parsed query. `conditions` use $1 … of `values`; the time range is separate. */
export type Filter = Readonly<{
  conditions: readonly Condition[];
  values: readonly unknown[];
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
}>;

const defaultLimit = 50;
const maxWords = 12;
const idPattern = /^(usr|tok|crt|idn)_/;

/** Parses a query. Throws AppError `audit.query`, which names every invalid field. */
export function parseFilter(input: EntryQuery): Filter {
  const parsed = entryQuery.safeParse(input);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => ({
      code: "audit.query",
      message: issue.message,
      path: issue.path.join("."),
    }));
    throw new AppError(
      "audit.query",
      `Invalid filter. ${findings.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(" ")}`,
      { findings },
    );
  }
  const query = parsed.data;
  const order = query.order || "desc";
  const conditions: Condition[] = [];
  const values: unknown[] = [];
  const add = (
    value: unknown,
    condition: (parameter: string) => Partial<Condition> & Readonly<{ actions: string }>,
  ): void => {
    if (value === null || value === undefined || value === "") return;
    values.push(value);
    const { actions, reads = actions, words = false } = condition(`$${values.length}`);
    conditions.push({ actions, reads, words });
  };
  const from = query.from ? parseMoment(query.from) : null;
  const until = query.to ? parseMoment(query.to, true) : null;
  const network = query.ip ? addressOrNetwork(query.ip) : null;
  const serial = query.serial ? parseSerial(query.serial) : null;
  add(query.actor?.trim(), (p) => ({
    actions: idPattern.test(query.actor?.trim() ?? "") ? `actor_id = ${p}` : `actor_label = ${p}`,
  }));
  add(query.action, (p) => actionCondition(query.action ?? "", p));
  add(query.outcome, (p) => ({ actions: `outcome = ${p}` }));
  add(query.target?.trim(), (p) => ({ actions: `target_id = ${p}` }));
  add(query.certificate?.trim(), (p) => ({ actions: `certificate_id = ${p}` }));
  add(serial, (p) => ({ actions: `words @@ tlog.whole('=' || ${p})`, words: true }));
  add(network, (p) => ({
    actions: network?.includes("/") ? `ip <<= ${p}::inet` : `ip = ${p}::inet`,
  }));
  for (const word of splitWords(query.q ?? ""))
    add(word, (p) => ({ actions: `words @@ tlog.query_of(${p})`, words: true }));
  return {
    conditions,
    values,
    from,
    until,
    order,
    reads: query.reads || "include",
    limit: query.limit ?? defaultLimit,
    after: parseCursor(query.cursor, order),
    text: describeFilter(query),
  };
}

/** Actions that count as reads, in addition to every "noun.read" (tlog.is_quiet). */
const quietActions = new Set(["source.heartbeat", "request.authorized"]);

/** The index keeps reads and other actions apart; an action's name determines its kind. */
function actionCondition(action: string, p: string): Pick<Condition, "actions" | "reads"> {
  if (action.endsWith("."))
    return {
      actions: `action ^@ ${p}`,
      reads: `action = ${p} || '${action === "source." ? "heartbeat" : action === "request." ? "authorized" : "read"}'`,
    };
  return action.endsWith(".read") || quietActions.has(action)
    ? { actions: `(false and action = ${p})`, reads: `action = ${p}` }
    : { actions: `action = ${p}`, reads: `(false and action = ${p})` };
}

/** Splits a text into search words. A serial number or fingerprint with colons is one word. */
function splitWords(input: string): readonly string[] {
  const joined = input
    .toLowerCase()
    .replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){3,}\b/g, (found) => found.replaceAll(":", ""));
  const words = [...new Set(joined.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])].slice(0, maxWords);
  return words.length === 0 && input.trim() !== "" ? [input.trim()] : words;
}

function describeFilter(query: Readonly<Record<string, unknown>>): string {
  const parameters = Object.entries(query).filter(
    ([name, value]) =>
      !["limit", "cursor", "order"].includes(name) && value !== undefined && value !== "",
  );
  return parameters.map(([name, value]) => `${name}=${String(value)}`).join(" ");
}

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
