import { AppError } from "@/lib/errors/app-error";
import { entryQuery, momentOf, networkOf, serialOf, type EntryQuery } from "./schema";

/** A query, understood. `conditions` use $1 … of `values` and columns of tlog.search. */
export type Filter = Readonly<{
  conditions: readonly string[];
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

const DEFAULT_LIMIT = 50;
const anId = /^(usr|tok|crt|idn)_/;

/** Understands a query, or throws AppError `audit.query` that names every field that is wrong. */
export function filterOf(input: EntryQuery): Filter {
  const parsed = entryQuery.safeParse(input);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => ({ code: "audit.query", message: issue.message, path: issue.path.join(".") }));
    throw new AppError("audit.query", `The filter is not understood: ${findings.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(" ")}`, { findings });
  }
  const query = parsed.data, order = query.order || "desc";
  const conditions: string[] = [], values: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === null || value === undefined || value === "") return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const from = query.from ? momentOf(query.from) : null, until = query.to ? momentOf(query.to, true) : null;
  const network = query.ip ? networkOf(query.ip) : null, serial = query.serial ? serialOf(query.serial) : null;
  add(from, (p) => `ts >= ${p}::timestamptz`);
  add(until, (p) => `ts < ${p}::timestamptz`);
  add(query.actor?.trim(), (p) => (anId.test(query.actor?.trim() ?? "") ? `actor_id = ${p}` : `actor_label = ${p}`));
  add(query.action, (p) => (query.action?.endsWith(".") ? `action ^@ ${p}` : `action = ${p}`));
  add(query.outcome, (p) => `outcome = ${p}`);
  add(query.target?.trim(), (p) => `target_id = ${p}`);
  add(query.certificate?.trim(), (p) => `certificate_id = ${p}`);
  add(serial, (p) => `words @@ tlog.whole('=' || ${p})`);
  add(network, (p) => (network?.includes("/") ? `ip <<= ${p}::inet` : `ip = ${p}::inet`));
  add(joinedHex(query.q ?? ""), (p) => `words @@ tlog.query_of(${p})`);
  return { conditions, values, from, until, order, reads: query.reads || "include", limit: query.limit ?? DEFAULT_LIMIT, after: afterOf(query.cursor, order), text: textOf(query) };
}

/** A serial or fingerprint typed with colons is one word in the log. */
const joinedHex = (typed: string): string => typed.replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){3,}\b/gi, (found) => found.replaceAll(":", "")).trim();

function textOf(query: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(query).filter(([name, value]) => !["limit", "cursor", "order"].includes(name) && value !== undefined && value !== "");
  return said.map(([name, value]) => `${name}=${String(value)}`).join(" ");
}

/** Where the next page goes on. It belongs to one order. */
export const cursorOf = (order: Filter["order"], seq: number): string => `${order}-${seq}`;

function afterOf(cursor: string | undefined, order: Filter["order"]): number | null {
  if (!cursor) return null;
  const [, said, seq] = /^(asc|desc)-(\d{1,15})$/.exec(cursor) ?? [];
  if (said === order) return Number(seq);
  throw new AppError("audit.cursor", said ? "This cursor belongs to the other order. Begin again without it." : "This cursor is not one that was handed out. Begin again without it.", {
    findings: [{ code: "audit.cursor", message: "not a cursor of this query", path: "cursor" }],
  });
}
