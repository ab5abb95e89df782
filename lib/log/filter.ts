import { AppError } from "@/lib/errors/app-error";
import { entryQuery, momentOf, networkOf, serialOf, type EntryQuery } from "./schema";

/** One condition, in SQL over tlog.search, as it reads for acts and for reads; `words` if it asks the words of an entry. */
export type Condition = Readonly<{ acts: string; reads: string; words: boolean }>;

/** A query, understood. `conditions` use $1 … of `values`; the range of time is kept apart. */
export type Filter = Readonly<{
  conditions: readonly Condition[];
  values: readonly unknown[];
  reads: "include" | "only" | "exclude";
  order: "asc" | "desc";
  limit: number;
  /** Only entries past this number, in the chosen order. */
  after: number | null;
  from: Date | null;
  /** The first moment past the range. */
  until: Date | null;
  /** What was asked, for the record: name=value, without paging. */
  text: string;
}>;

const DEFAULT_LIMIT = 50,
  MOST_WORDS = 12;
const anId = /^(usr|tok|crt|idn)_/;

/** Understands a query, or throws AppError `audit.query` that names every field that is wrong. */
export function filterOf(input: EntryQuery): Filter {
  const parsed = entryQuery.safeParse(input);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => ({
      code: "audit.query",
      message: issue.message,
      path: issue.path.join("."),
    }));
    throw new AppError(
      "audit.query",
      `The filter is not understood: ${findings.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(" ")}`,
      { findings },
    );
  }
  const query = parsed.data,
    order = query.order || "desc";
  const conditions: Condition[] = [],
    values: unknown[] = [];
  const add = (
    value: unknown,
    condition: (parameter: string) => Partial<Condition> & Readonly<{ acts: string }>,
  ): void => {
    if (value === null || value === undefined || value === "") return;
    values.push(value);
    const { acts, reads = acts, words = false } = condition(`$${values.length}`);
    conditions.push({ acts, reads, words });
  };
  const from = query.from ? momentOf(query.from) : null,
    until = query.to ? momentOf(query.to, true) : null;
  const network = query.ip ? networkOf(query.ip) : null,
    serial = query.serial ? serialOf(query.serial) : null;
  add(query.actor?.trim(), (p) => ({
    acts: anId.test(query.actor?.trim() ?? "") ? `actor_id = ${p}` : `actor_label = ${p}`,
  }));
  add(query.action, (p) => actionCondition(query.action ?? "", p));
  add(query.outcome, (p) => ({ acts: `outcome = ${p}` }));
  add(query.target?.trim(), (p) => ({ acts: `target_id = ${p}` }));
  add(query.certificate?.trim(), (p) => ({ acts: `certificate_id = ${p}` }));
  add(serial, (p) => ({ acts: `words @@ tlog.whole('=' || ${p})`, words: true }));
  add(network, (p) => ({ acts: network?.includes("/") ? `ip <<= ${p}::inet` : `ip = ${p}::inet` }));
  for (const word of wordsOf(query.q ?? ""))
    add(word, (p) => ({ acts: `words @@ tlog.query_of(${p})`, words: true }));
  return {
    conditions,
    values,
    from,
    until,
    order,
    reads: query.reads || "include",
    limit: query.limit ?? DEFAULT_LIMIT,
    after: afterOf(query.cursor, order),
    text: textOf(query),
  };
}

/** Besides every "noun.read": what goes along with reads (tlog.is_quiet). */
const quiet = new Set(["source.heartbeat", "request.authorized"]);

/** Reads and what goes along with them are kept apart from acts; an action says which of the two kinds it can be among. */
function actionCondition(action: string, p: string): Pick<Condition, "acts" | "reads"> {
  if (action.endsWith("."))
    return {
      acts: `action ^@ ${p}`,
      reads: `action = ${p} || '${action === "source." ? "heartbeat" : action === "request." ? "authorized" : "read"}'`,
    };
  return action.endsWith(".read") || quiet.has(action)
    ? { acts: `(false and action = ${p})`, reads: `action = ${p}` }
    : { acts: `action = ${p}`, reads: `(false and action = ${p})` };
}

/** The words of a text, as many as a search takes. A serial or fingerprint typed with colons is one word in the log. */
function wordsOf(typed: string): readonly string[] {
  const joined = typed
    .toLowerCase()
    .replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){3,}\b/g, (found) => found.replaceAll(":", ""));
  const words = [...new Set(joined.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])].slice(0, MOST_WORDS);
  return words.length === 0 && typed.trim() !== "" ? [typed.trim()] : words;
}

function textOf(query: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(query).filter(
    ([name, value]) =>
      !["limit", "cursor", "order"].includes(name) && value !== undefined && value !== "",
  );
  return said.map(([name, value]) => `${name}=${String(value)}`).join(" ");
}

/** Where the next page goes on. It belongs to one order. */
export const cursorOf = (order: Filter["order"], seq: number): string => `${order}-${seq}`;

function afterOf(cursor: string | undefined, order: Filter["order"]): number | null {
  if (!cursor) return null;
  const [, said, seq] = /^(asc|desc)-(\d{1,15})$/.exec(cursor) ?? [];
  if (said === order) return Number(seq);
  throw new AppError(
    "audit.cursor",
    said
      ? "This cursor belongs to the other order. Begin again without it."
      : "This cursor is not one that was handed out. Begin again without it.",
    {
      findings: [{ code: "audit.cursor", message: "not a cursor of this query", path: "cursor" }],
    },
  );
}
