import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { awaitIndexed } from "./await-indexed";
import { type Filter, filterOf } from "./filter";
import { pulseOf } from "./log-pulse";
import { recordEntry } from "./record";
import type { EntryQuery, EntrySummary } from "./schema";
import { findEntries } from "./search";
import { choosePlan, walkPlan } from "./search-plan";
import { recordOf, summaryOf } from "./summary";

/** `after`: the last number that was looked at, -1 before the first. Who comes back with it misses nothing and gets nothing twice. */
export type TailEvent =
  | Readonly<{ event: "entry"; after: number; entry: EntrySummary }>
  /** Nothing (more) matched up to here. */
  | Readonly<{ event: "at"; after: number }>
  /** Whoever listens may not any longer. */
  | Readonly<{ event: "end" }>;

export type TailOptions = Readonly<{
  /** The path of the request, for the record; null if it is on the record already. */
  path: string | null;
  /** What a lost connection got last (Last-Event-ID); "" to begin with what is yet to come. */
  lastEventId: string;
  /** Asked every few seconds, and at most a second before any entry is handed over: false ends the stream. */
  mayGoOn: () => Promise<boolean>;
  signal: AbortSignal;
}>;

/** `at` comes so often when nothing matches. */
const AT_EVERY_MS = 10_000;
/** So old can a right to listen be when an entry is handed over. */
const RIGHT_LASTS_MS = 1_000;
const PAGE = 100,
  LARGEST_STEP = 100_000,
  MOST_STREAMS = 200;
const open = new WeakMap<object, { count: number }>();

/**
 * The log as it grows, by the same filters as a search, in its own order. Needs audit.read; that somebody listens is on the record before it
 * resolves. Each step is made when it is asked for, so a slow listener costs no memory. Throws AppError `audit.query`, `audit.cursor`,
 * `audit.streams`.
 */
export async function tailEntries(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  query: EntryQuery,
  options: TailOptions,
): Promise<AsyncGenerator<TailEvent>> {
  authorize(actor, "audit.read");
  const filter = filterOf({ ...query, order: "asc", cursor: "", limit: PAGE }),
    after = afterOf(options.lastEventId);
  const streams = open.get(deps.db.pool) ?? { count: 0 };
  open.set(deps.db.pool, streams);
  if (streams.count >= MOST_STREAMS)
    throw new AppError(
      "audit.streams",
      `${MOST_STREAMS} listeners follow the log already. Try again when one has left.`,
      { kind: "unavailable", retryAfterSeconds: 30 },
    );
  if (options.path !== null)
    await recordEntry(deps, actor, {
      action: "audit.read",
      outcome: "success",
      target: null,
      details: { method: "GET", path: options.path, filter: filter.text },
    });
  const { size, indexedTo } = await awaitIndexed(deps.db, after === null ? 1_000 : 0);
  // A number past the end was never handed out, unless by a log that has lost entries since.
  const begin = after === null ? indexedTo : Math.min(after + 1, size);
  return counted(follow(deps.db, filter, begin, options), streams);
}

async function* counted(
  events: AsyncGenerator<TailEvent>,
  streams: { count: number },
): AsyncGenerator<TailEvent> {
  streams.count += 1;
  try {
    yield* events;
  } finally {
    streams.count -= 1;
  }
}

async function* follow(
  db: Deps["db"],
  filter: Filter,
  begin: number,
  { mayGoOn, signal }: TailOptions,
): AsyncGenerator<TailEvent> {
  const pulse = pulseOf(db);
  let next = begin,
    reached = begin,
    saidAt = performance.now();
  // At once, so that whoever loses the connection before the first entry knows where to go on.
  yield { event: "at", after: next - 1 };
  for (let asked = performance.now(); ;) {
    if (performance.now() - asked >= (next < reached ? RIGHT_LASTS_MS : AT_EVERY_MS)) {
      asked = performance.now();
      if (!(await mayGoOn())) {
        yield { event: "end" };
        return;
      }
    }
    signal.throwIfAborted();
    for await (const { found, upTo } of steps(db, filter, next, reached)) {
      for (const entry of found) yield { event: "entry", after: entry.seq, entry };
      next = upTo;
      if (found.length > 0) saidAt = performance.now();
    }
    if (performance.now() - saidAt >= AT_EVERY_MS) {
      saidAt = performance.now();
      yield { event: "at", after: next - 1 };
    }
    reached = await pulse.past(
      next,
      Math.max(0, AT_EVERY_MS - (performance.now() - Math.max(saidAt, asked))),
      signal,
    );
  }
}

/** What matches from `next` on, below `reached`, a page at a time. */
async function* steps(
  db: Deps["db"],
  filter: Filter,
  next: number,
  reached: number,
): AsyncGenerator<Readonly<{ found: EntrySummary[]; upTo: number }>> {
  for (let low = next; low < reached;) {
    const range = { low, high: Math.min(reached, low + LARGEST_STEP) };
    const plan = range.high - low > PAGE ? await choosePlan(db, filter, range, PAGE) : walkPlan;
    const rows = await findEntries(db, filter, range, PAGE, plan);
    const found = rows.map(({ seq, entry }) => summaryOf(seq, recordOf(entry))),
      last = found.at(-1);
    low = found.length === PAGE && last !== undefined ? last.seq + 1 : range.high;
    yield { found, upTo: low };
  }
}

function afterOf(lastEventId: string): number | null {
  if (lastEventId === "") return null;
  if (/^(-1|\d{1,15})$/.test(lastEventId)) return Number(lastEventId);
  throw new AppError(
    "audit.cursor",
    "Last-Event-ID is not one that was handed out. Begin again without it.",
    { findings: [{ code: "audit.cursor", message: "not an event of this stream", path: "after" }] },
  );
}

/** An event as it goes over the wire (HTML, server-sent events). Its id is what to come back with. */
export function eventText(event: TailEvent): string {
  if (event.event === "end") return "event: end\ndata: {}\n\n";
  const data = event.event === "entry" ? event.entry : { after: event.after };
  return `id: ${event.after}\nevent: ${event.event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The events as text, as they go over the wire. */
export async function* eventTexts(
  events: AsyncIterable<TailEvent>,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield eventText(event);
}
