/**
 * Reports what a service does to Chancery, as entries of its log. One file, no dependencies, Node
 * 20 or newer; copy it into your service.
 *
 *   const events = openEvents({ url: "https://chancery.example.com:3444", cert, key, ca, spool:
 * "/var/lib/payments/events" });
 *   events.report({ name: "payment.approved", target: { kind: "payment", id: "pay-7" } });   //
 * goes out behind your back
 *   const entryId = await events.recorded({ name: "payment.refunded" });                      //
 * resolves once it is recorded
 *   await events.close();
 * Events are numbered 1, 2, 3 … in each run and sent in that order, many at once under load. What
 * is not confirmed is sent again under its number, so nothing is stored twice; with a spool file
 * nothing is lost either when the process dies. A number that never arrives is a gap in the log.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

export type ChanceryEvent = Readonly<{
  /** What was done: "payment.approved". */
  name: string;
  /** When; now, if it is left out. */
  occurredAt?: Date;
  outcome?: "success" | "denied" | "failure";
  reason?: string;
  target?: Readonly<{ kind: string; id: string; label?: string }>;
  onBehalfOf?: string;
  clientIp?: string;
  /** JSON. Never a secret: it is kept as long as the log. */
  data?: Readonly<Record<string, unknown>>;
}>;
type Pem = string | Buffer;
export type EventsOptions = Readonly<{
  /** The mTLS port of Chancery. */
  url: string;
  /**
   * Certificate with its chain, key, and the root to trust, as PEM. As functions they are asked for
   * each batch: a rotated certificate needs no restart.
   */
  cert: Pem | (() => Pem);
  key: Pem | (() => Pem);
  ca: Pem | (() => Pem);
  /** The name of this instance, if several run under one identity: "main" otherwise. */
  source?: string;
  /**
   * A file that keeps what is not confirmed yet over the end of the process. One process at a time.
   */
  spool?: string;
  /**
   * Has every event on the disk before `report` returns: for machines that may lose their power.
   */
  sync?: boolean;
  /** So many events may wait; `report` throws beyond. 100,000 by default. */
  most?: number;
  heartbeatMs?: number;
  /** The longest pause between attempts: 30 s by default. */
  longestPauseMs?: number;
  /** Called with each problem. Everything but a final refusal is retried automatically. */
  onProblem?: (problem: EventProblem) => void;
}>;
/**
 * `refused`: Chancery will never take this event, as `findings` say; an event.refused with its name
 * takes its number. Otherwise it is tried again after `pauseMs`.
 */
export type EventProblem = Readonly<{
  refused: boolean;
  seq: number;
  status: number;
  code: string;
  message: string;
  findings: readonly Finding[];
  pauseMs?: number;
}>;
export type Finding = Readonly<{ path: string; code: string; message: string }>;
export type Events = Readonly<{
  /**
   * Takes an event and returns its number. Throws if it can never be sent, if too many wait, or
   * after `close`.
   */
  report: (event: ChanceryEvent) => number;
  /**
   * The same, and resolves with the entry's id once it is recorded; rejects if it is refused
   * permanently.
   */
  recorded: (event: ChanceryEvent) => Promise<string>;
  /** Resolves once everything that was accepted before is recorded or permanently refused. */
  flush: () => Promise<void>;
  /**
   * Says that this run is over and waits, 10 s by default. Returns how many are unconfirmed then:
   * with a spool the next start sends them.
   */
  close: (options?: Readonly<{ withinMs?: number }>) => Promise<Readonly<{ waiting: number }>>;
  state: () => Readonly<{ boot: string; last: number; waiting: number }>;
}>;

/** One event or heartbeat under its number; `body` is what is sent, and never changes. */
type Item = {
  boot: string;
  seq: number;
  beat: boolean;
  body: string;
  replaced?: boolean;
  done?: (entryId: string) => void;
  failed?: (error: Error) => void;
};
type Answer = {
  status: number;
  code: string;
  message: string;
  findings: readonly Finding[];
  retryAfterMs: number;
  entries: readonly { seq: number; entryId: string | null }[];
};
type Spool = Readonly<{
  add: (item: Item) => void;
  done: (boot: string, upTo: number, ended: boolean, idle: boolean) => void;
  close: () => void;
}>;

const MOST_EVENTS = 500,
  MOST_BYTES = 900_000,
  EVENT_BYTES = 16_000,
  SPOOL_BYTES = 1_000_000,
  REQUEST_MS = 30_000;
/**
 * Refusals by Chancery itself that no repetition changes. All others may be of a proxy, a rotation
 * or a bad moment.
 */
const final =
  /^(request\.(invalid|bad-json|too-large)|record\.too-large|event\.(invalid|differs|numbers))$/;
const namePattern = /^[a-z][a-zA-Z0-9_-]*(\.[a-zA-Z0-9_-]+)+$/;

/**
 * Opens the reporter of one run. Throws if the spool file is in use by another process or cannot be
 * written.
 */
export function openEvents(options: EventsOptions): Events {
  const { most = 100_000, heartbeatMs = 60_000 } = options,
    boot = randomBytes(12).toString("hex"),
    waiting: Item[] = [];
  const spool =
    options.spool === undefined ? null : openSpool(options.spool, options.sync === true, waiting);
  const sender = startSender(options, waiting, spool);
  let last = 0,
    beaten = 0,
    closed = false;
  const put = (body: object, beat: boolean, over: Partial<Item> = {}): number => {
    const item = { boot, seq: last + 1, beat, body: bodyOf(last + 1, body), ...over };
    // What could not be kept was not taken, and its number is free.
    spool?.add(item);
    last += 1;
    waiting.push(item);
    sender.wake();
    return last;
  };
  const beat = (ended: boolean): void => {
    if (last > beaten || (ended && last > 0)) beaten = put({ settled: last, ended }, true);
  };
  const take = (event: ChanceryEvent, over?: Partial<Item>): number => {
    if (closed) throw new Error("The reporter is closed.");
    if (!namePattern.test(event.name))
      throw new Error(
        `"${event.name}" is no name of an event: words with dots between, such as payment.approved.`,
      );
    if (waiting.length >= most)
      throw new Error(`${waiting.length} events wait for Chancery already; no more are taken.`);
    return put(
      { ...event, occurredAt: (event.occurredAt ?? new Date()).toISOString() },
      false,
      over,
    );
  };
  const beating = setInterval(() => beat(false), heartbeatMs).unref();
  return {
    report: (event) => take(event),
    recorded: (event) =>
      new Promise((done, failed) => {
        take(event, { done, failed });
      }),
    flush: () => sender.settled(),
    state: () => ({ boot, last, waiting: waiting.length }),
    close: async ({ withinMs = 10_000 } = {}) => {
      if (!closed) beat(true);
      closed = true;
      clearInterval(beating);
      await waitAtMost(sender.settled(), withinMs);
      sender.stop();
      spool?.close();
      for (const { seq, failed } of waiting)
        failed?.(new Error(`Event ${seq} was not confirmed before the reporter was closed.`));
      return { waiting: waiting.length };
    },
  };
}

/** What is sent for the event or heartbeat with this number; throws if it is too long. */
function bodyOf(seq: number, body: object): string {
  const text = JSON.stringify({ seq, ...body });
  if (Buffer.byteLength(text) > EVENT_BYTES)
    throw new Error(
      `This event has ${Buffer.byteLength(text)} bytes; at most ${EVENT_BYTES} are sent.`,
    );
  return text;
}

async function waitAtMost(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}

/** Sends what waits, in order, one batch after another; while one is under way the next gathers. */
function startSender(options: EventsOptions, waiting: Item[], spool: Spool | null) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 }),
    waiters = makeWaiters(waiting),
    pausing = new AbortController();
  let running = false,
    stopped = false,
    limit = MOST_EVENTS,
    attempt = 0;
  /** Removes the first items of the queue: they are recorded or permanently refused. */
  const settle = (items: readonly Item[], ids: ReadonlyMap<number, string>): void => {
    waiting.splice(0, items.length);
    if (spool) noteDone(spool, items, waiting);
    waiters.settled(items.length);
    for (const { seq, replaced, done } of items) if (!replaced) done?.(ids.get(seq) ?? "");
  };
  const refuse = (batch: readonly Item[], answer: Answer): void => {
    const named = namedIn(batch, answer);
    const refused = named.length > 0 || batch.length > 1 ? named : batch,
      dropped = refused.filter((item) => !replace(item, answer));
    if (refused.length === 0) limit = Math.ceil(batch.length / 2);
    reportRefused(options, refused, answer);
    // Those that are given up go to the front, from where they leave; the rest is sent again.
    const kept = batch.filter((item) => !dropped.includes(item));
    if (dropped.length > 0) waiting.splice(0, batch.length, ...dropped, ...kept);
    settle(dropped, new Map());
  };
  const send = async (): Promise<void> => {
    const batch = nextBatch(waiting, limit),
      answer = await post(options, agent, batch);
    if (stopped) return;
    if (answer.status === 200) {
      [attempt, limit] = [0, MOST_EVENTS];
      return settle(batch, new Map(answer.entries.map(({ seq, entryId }) => [seq, entryId ?? ""])));
    }
    if (final.test(answer.code)) return refuse(batch, answer);
    const pauseMs = pauseAfter(answer, attempt++, options);
    options.onProblem?.({ ...answer, refused: false, seq: batch[0]?.seq ?? 0, pauseMs });
    await pause(pauseMs, undefined, { signal: pausing.signal }).catch(() => {});
  };
  const run = async (): Promise<void> => {
    for (running = true; waiting.length > 0 && !stopped;) await send();
    running = false;
  };
  const wake = (): void => {
    if (!running)
      queueMicrotask(() => {
        if (!running) void run();
      });
  };
  wake();
  return {
    wake,
    settled: waiters.wait,
    stop: (): void => {
      stopped = true;
      pausing.abort();
      agent.destroy();
    },
  };
}

/** Lets callers wait until everything that waits now is settled. */
function makeWaiters(waiting: readonly Item[]) {
  const waiters: { left: number; resolve: () => void }[] = [];
  return {
    wait: (): Promise<void> =>
      waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push({ left: waiting.length, resolve });
          }),
    settled: (count: number): void => {
      for (const waiter of waiters) waiter.left -= count;
      while (waiters[0] && waiters[0].left <= 0) waiters.shift()?.resolve();
    },
  };
}

function reportRefused(options: EventsOptions, refused: readonly Item[], answer: Answer): void {
  for (const { seq, failed } of refused) {
    options.onProblem?.({ ...answer, refused: true, seq });
    failed?.(new Error(`Chancery refused event ${seq} (${answer.code}): ${answer.message}`));
  }
}

/** Notes in the spool that `items` are settled; `waiting` is what is left. */
function noteDone(spool: Spool, items: readonly Item[], waiting: readonly Item[]): void {
  const newest = items.at(-1),
    next = waiting.find(({ boot }) => boot === newest?.boot);
  if (newest)
    spool.done(
      newest.boot,
      next ? next.seq - 1 : newest.seq,
      !next && hasEnded(newest),
      waiting.length === 0,
    );
}

/** The items of the batch that the findings name. */
const namedIn = (batch: readonly Item[], { findings }: Answer): Item[] =>
  batch.filter((item, n) =>
    findings.some(({ path }) =>
      item.beat
        ? path.startsWith("heartbeat")
        : path === `events.${n}` || path.startsWith(`events.${n}.`),
    ),
  );

/** Twice as long after each attempt, with jitter; not shorter than Chancery asks for. */
const pauseAfter = (
  { retryAfterMs }: Answer,
  attempt: number,
  { longestPauseMs = 30_000 }: EventsOptions,
): number =>
  Math.max(retryAfterMs, Math.min(longestPauseMs, 200 * 2 ** attempt) * (0.5 + Math.random() / 2));

const hasEnded = ({ beat, body }: Pick<Item, "beat" | "body">): boolean =>
  beat && body.endsWith('"ended":true}');

/**
 * Puts the word that it was refused under its number, once. Not where the number itself is taken:
 * then there is nothing to put.
 */
function replace(item: Item, { code, message }: Answer): boolean {
  if (item.beat || item.replaced || code === "event.differs") return false;
  const { seq, name, occurredAt } = JSON.parse(item.body) as {
    seq: number;
    name: string;
    occurredAt: string;
  };
  item.body = JSON.stringify({
    seq,
    name: "event.refused",
    occurredAt,
    outcome: "failure",
    reason: `${code}: ${message}`.slice(0, 1_000),
    data: { name: name.slice(0, 100) },
  });
  item.replaced = true;
  return true;
}

/**
 * The first that wait, of one run; a heartbeat is the last of its batch, since it speaks of all
 * before it.
 */
function nextBatch(waiting: readonly Item[], limit: number): Item[] {
  const batch: Item[] = [];
  let bytes = 0;
  for (const item of waiting) {
    bytes += Buffer.byteLength(item.body) + 1;
    if (
      batch.length > 0 &&
      (batch.length >= limit || bytes > MOST_BYTES || item.boot !== batch[0]?.boot)
    )
      break;
    batch.push(item);
    if (item.beat) break;
  }
  return batch;
}

/** Never rejects: what gets no answer has status 0. */
function post(options: EventsOptions, agent: Agent, batch: readonly Item[]): Promise<Answer> {
  const bodiesOf = (beat: boolean): string[] =>
      batch.filter((item) => item.beat === beat).map(({ body }) => body),
    [heartbeat] = bodiesOf(true);
  const text = `{"source":${JSON.stringify(options.source ?? "main")},"boot":${JSON.stringify(batch[0]?.boot)},"events":[${bodiesOf(false).join(",")}]${heartbeat ? `,"heartbeat":${heartbeat}` : ""}}`;
  const pem = (value: Pem | (() => Pem)): Pem => (typeof value === "function" ? value() : value);
  return new Promise((resolve) => {
    const none = (error: unknown): void =>
      resolve({
        status: 0,
        code: "no-answer",
        message: error instanceof Error ? error.message : String(error),
        findings: [],
        retryAfterMs: 0,
        entries: [],
      });
    try {
      const sent = request(
        new URL("/api/v1/audit/events", options.url),
        {
          method: "POST",
          agent,
          timeout: REQUEST_MS,
          cert: pem(options.cert),
          key: pem(options.key),
          ca: pem(options.ca),
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(text),
            "user-agent": "chancery-events",
          },
        },
        (answer) => {
          let said = "";
          answer
            .setEncoding("utf8")
            .on("data", (chunk: string) => {
              said += chunk;
            })
            .on("error", none)
            .on("end", () =>
              resolve(readAnswer(answer.statusCode ?? 0, answer.headers["retry-after"], said)),
            );
        },
      );
      sent
        .on("timeout", () => sent.destroy(new Error("no answer in time")))
        .on("error", none)
        .end(text);
    } catch (error) {
      none(error);
    }
  });
}

/**
 * Only what is in Chancery's own form is its answer: a page of a proxy, or half an answer, is none.
 */
function readAnswer(status: number, retryAfter: string | undefined, said: string): Answer {
  const answer = {
    status,
    code: `http.${status}`,
    message: `HTTP ${status}`,
    findings: [],
    retryAfterMs: (Number(retryAfter) || 0) * 1_000,
    entries: [],
  };
  try {
    const body = JSON.parse(said) as {
      code?: string;
      detail?: string;
      errors?: Finding[];
      entries?: Answer["entries"];
    };
    return status === 200
      ? { ...answer, status: Array.isArray(body.entries) ? 200 : 0, entries: body.entries ?? [] }
      : {
          ...answer,
          code: body.code ?? answer.code,
          message: body.detail ?? answer.message,
          findings: body.errors ?? [],
        };
  } catch {
    return { ...answer, status: status === 200 ? 0 : status };
  }
}

type Line = {
  boot: string;
  seq?: number;
  beat?: boolean;
  body?: string;
  done?: number;
  ended?: boolean;
};
const inUse = new Set<string>();

/**
 * The spool file in lines of JSON: the accepted events, and the last confirmed number. Events left
 * by an earlier run go into `waiting` with their own numbers and a last heartbeat that ends that
 * run; then the file is rewritten. An incomplete last line was never accepted.
 */
function openSpool(path: string, sync: boolean, waiting: Item[]): Spool {
  const unlock = lock(`${path}.lock`);
  let file = -1,
    size = 0;
  const append = (line: Line): void => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      if (writeSync(file, bytes) < bytes.length) throw new Error("the disk is full");
      if (sync) fsyncSync(file);
    } catch (cause) {
      ftruncateSync(file, size);
      throw new Error(`The spool ${path} cannot be written.`, { cause });
    }
    size += bytes.length;
  };
  const rewrite = (lines: readonly Line[]): void => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    if (file >= 0) closeSync(file);
    file = openSync(path, "a");
    size = Buffer.byteLength(text);
  };
  const lineOf = ({ boot, seq, beat, body }: Item): Line => ({ boot, seq, beat, body });
  try {
    waiting.push(...leftIn(path));
    rewrite(waiting.map(lineOf));
  } catch (error) {
    unlock();
    throw error;
  }
  return {
    add: (item) => append(lineOf(item)),
    done: (boot, upTo, ended, idle) => {
      const line = { boot, done: upTo, ended };
      // What is not noted here is sent once more by the next run, which does no harm.
      try {
        if (idle && size > SPOOL_BYTES) rewrite([line]);
        else append(line);
      } catch {
        /* said by the next report */
      }
    },
    close: () => {
      if (file >= 0) {
        closeSync(file);
        unlock();
      }
      file = -1;
    },
  };
}

function leftIn(path: string): Item[] {
  const runs = new Map<string, { items: Item[]; done: number; last: number; ended: boolean }>();
  for (const { boot, seq = 0, beat = false, body = "", done = 0, ended = false } of readLines(
    path,
  )) {
    const run = runs.get(boot) ?? { items: [], done: 0, last: 0, ended: false };
    runs.set(boot, run);
    if (seq > 0) run.items.push({ boot, seq, beat, body });
    run.last = Math.max(run.last, seq, done);
    run.done = Math.max(run.done, done);
    run.ended ||= ended || hasEnded({ beat, body });
  }
  return [...runs].flatMap(([boot, { items, done, last, ended }]) => {
    const left = items.filter(({ seq }) => seq > done),
      end = { seq: last + 1, settled: last, ended: true };
    return ended ? left : [...left, { boot, seq: last + 1, beat: true, body: JSON.stringify(end) }];
  });
}

function readLines(path: string): Line[] {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  try {
    return lines.map((line) => JSON.parse(line) as Line);
  } catch (cause) {
    throw new Error(
      `The spool ${path} is damaged. Move it away to begin a new one; what it holds was not sent.`,
      { cause },
    );
  }
}

/** One process at a time; the lock of one that has died does not count. */
function lock(path: string): () => void {
  const owner = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  const isAlive = (): boolean => {
    try {
      return process.kill(owner, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  };
  if (inUse.has(path) || (owner > 0 && owner !== process.pid && isAlive()))
    throw new Error(`The spool is in use by process ${owner} (${path}).`);
  rmSync(path, { force: true });
  writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
  inUse.add(path);
  return () => {
    inUse.delete(path);
    rmSync(path, { force: true });
  };
}
