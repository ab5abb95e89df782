import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { monotonicMs } from "@/lib/runtime/monotonic";
import { type Filter, parseFilter, searchOf } from "./filter";
import { getIndexPoller } from "@/lib/log/sequence/index-poller";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery, EntrySummary } from "@/lib/log/schema";
import { findRows } from "@/lib/log/segments/find-rows";
import { toEntrySummary } from "@/lib/log/entry-summary";

/**
 * `after`: the last number that was examined, -1 before the first. Reconnecting with it skips no
 * entry and repeats none.
 */
export type TailEvent =
  | Readonly<{ event: "entry"; after: number; entry: EntrySummary }>
  /** Nothing (else) matched up to here. */
  | Readonly<{ event: "at"; after: number }>
  /** The listener is no longer authorized. */
  | Readonly<{ event: "end" }>;

export type TailOptions = Readonly<{
  /** The path of the request, to be recorded; null if it is recorded already. */
  path: string | null;
  /** Last-Event-ID of a lost connection; "" to start with new entries only. */
  lastEventId: string;
  /**
   * Called every few seconds, and at most a second before an entry is delivered; false ends the
   * stream.
   */
  isStillAuthorized: () => Promise<boolean>;
  signal: AbortSignal;
}>;

/** How often the position (`at`) is sent when nothing matches. */
const positionIntervalMs = 10_000;
/** How old an authorization check may be when an entry is delivered. */
const authorizationTtlMs = 1_000;
const pageSize = 100;
const maxStep = 100_000;
const maxStreams = 200;
const openStreams = new WeakMap<object, { count: number }>();

/**
 * Streams new entries that match the filters of a search, in log order. Needs audit.read; the read
 * is recorded before this resolves. Events are produced on demand, so a slow listener costs no
 * memory. Throws AppError `audit.query`, `audit.cursor`, `audit.streams`.
 */
export async function tailEntries(
  deps: Pick<Deps, "db" | "recorder">,
  actor: Actor,
  query: EntryQuery,
  options: TailOptions,
): Promise<AsyncGenerator<TailEvent>> {
  authorize(actor, "audit.read");
  const filter = parseFilter({ ...query, order: "asc", cursor: "", limit: pageSize });
  const after = parseLastEventId(options.lastEventId);
  const streams = openStreams.get(deps.db.pool) ?? { count: 0 };
  openStreams.set(deps.db.pool, streams);
  if (streams.count >= maxStreams)
    throw new AppError(
      "audit.streams",
      `There are already ${maxStreams} live streams of the audit log. Try again later.`,
      { retryAfterSeconds: 30 },
    );
  if (options.path !== null)
    await recordEntry(deps.recorder, actor, {
      action: "audit.read",
      outcome: "success",
      target: null,
      details: { method: "GET", path: options.path, filter: filter.text },
    });
  const { size, indexedTo } = await awaitIndexed(deps.db, after === null ? 1_000 : 0);
  // A number past the end was never issued, except by a log that has lost entries since.
  const start = after === null ? indexedTo : Math.min(after + 1, size);
  return countStream(streamEvents(deps.db, filter, start, options), streams);
}

async function* countStream(
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

async function* streamEvents(
  db: Deps["db"],
  filter: Filter,
  start: number,
  { isStillAuthorized, signal }: TailOptions,
): AsyncGenerator<TailEvent> {
  const poller = getIndexPoller(db);
  let next = start;
  let reached = start;
  let positionSentAt = monotonicMs();
  // Sent at once, so that a client that loses the connection before the first entry can resume.
  yield { event: "at", after: next - 1 };
  for (let authorizedAt = monotonicMs(); ;) {
    if (
      monotonicMs() - authorizedAt >=
      (next < reached ? authorizationTtlMs : positionIntervalMs)
    ) {
      authorizedAt = monotonicMs();
      if (!(await isStillAuthorized())) {
        yield { event: "end" };
        return;
      }
    }
    signal.throwIfAborted();
    for await (const { entries, upTo } of readPages(db, filter, next, reached)) {
      for (const entry of entries) yield { event: "entry", after: entry.seq, entry };
      next = upTo;
      if (entries.length > 0) positionSentAt = monotonicMs();
    }
    if (monotonicMs() - positionSentAt >= positionIntervalMs) {
      positionSentAt = monotonicMs();
      yield { event: "at", after: next - 1 };
    }
    reached = await poller.waitPast(
      next,
      Math.max(0, positionIntervalMs - (monotonicMs() - Math.max(positionSentAt, authorizedAt))),
      signal,
    );
  }
}

/** Matching entries from `next` to `reached - 1`, a page at a time. */
async function* readPages(
  db: Deps["db"],
  filter: Filter,
  next: number,
  reached: number,
): AsyncGenerator<Readonly<{ entries: EntrySummary[]; upTo: number }>> {
  for (let low = next; low < reached;) {
    const range = { low, high: Math.min(reached, low + maxStep) };
    const rows = await findRows(db, searchOf(filter, range), pageSize);
    const entries = rows.map(toEntrySummary);
    const last = entries.at(-1);
    low = entries.length === pageSize && last !== undefined ? last.seq + 1 : range.high;
    yield { entries, upTo: low };
  }
}

function parseLastEventId(lastEventId: string): number | null {
  if (lastEventId === "") return null;
  if (/^(-1|\d{1,15})$/.test(lastEventId)) return Number(lastEventId);
  throw new AppError("audit.cursor", "The Last-Event-ID is invalid. Start again without it.", {
    findings: [{ code: "audit.cursor", message: "not an event of this stream", path: "after" }],
  });
}

/** Formats a server-sent event (HTML). Its id is the Last-Event-ID to resume with. */
export function formatEvent(event: TailEvent): string {
  if (event.event === "end") return "event: end\ndata: {}\n\n";
  const data = event.event === "entry" ? event.entry : { after: event.after };
  return `id: ${event.after}\nevent: ${event.event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Formats a stream of events. */
export async function* formatEvents(
  events: AsyncIterable<TailEvent>,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield formatEvent(event);
}
