import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { EntryQuery } from "@/lib/log/schema";
import { searchEntries } from "./search-entries";
import { type Running, startSequencer } from "@/lib/log/sequence/sequencer";
import { formatEvent, tailEntries, type TailEvent, type TailOptions } from "./tail-entries";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, readEntry } from "@/testing/log/entries";

let log: Harness;
let sequencer: Running;
const auditor = operatorActor({ role: "auditor", label: "auditor@example.com" });
beforeAll(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  sequencer = startSequencer(log.deps.db);
});
afterAll(async () => {
  await sequencer.stop();
  await log.close();
});

const write = (label: string, n: number) =>
  recordEntry(
    log.deps.recorder,
    operatorActor({ label }),
    n % 3 === 0 ? identityCreated(`idn_${n}`) : readEntry(`/${n}`),
  );
const open = (query: EntryQuery, over: Partial<TailOptions> = {}) =>
  tailEntries(log.deps, auditor, query, {
    path: "/audit/stream",
    lastEventId: "",
    isStillAuthorized: () => Promise.resolve(true),
    signal: new AbortController().signal,
    ...over,
  });

/** Listens until `enough`, or a number of events; then cuts the connection, wherever it is. */
async function listen(
  query: EntryQuery,
  lastEventId: string,
  most: number,
  enough: (seqs: number[]) => boolean = () => false,
): Promise<{ seqs: number[]; lastEventId: string }> {
  const stopping = new AbortController();
  const seqs: number[] = [];
  let last = lastEventId;
  let events = 0;
  for await (const event of await open(query, { lastEventId, signal: stopping.signal })) {
    if (event.event !== "end") last = String(event.after);
    if (event.event === "entry") seqs.push(event.entry.seq);
    events += 1;
    if (events >= most || enough(seqs)) break;
  }
  stopping.abort();
  return { seqs, lastEventId: last };
}
const all = async (query: EntryQuery): Promise<number[]> => {
  const seqs: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Awaited<ReturnType<typeof searchEntries>> = await searchEntries(log.deps, auditor, {
      ...query,
      order: "asc",
      limit: 200,
      cursor,
    });
    seqs.push(...page.items.map(({ seq }) => seq));
    cursor = page.nextCursor;
  }
  return seqs;
};

describe("a live tail", () => {
  test.each<[string, EntryQuery]>([
    ["everything of one actor", { actor: "stream@example.com" }],
    ["actions of one actor", { actor: "stream@example.com", reads: "exclude" }],
    ["words", { q: "idn", actor: "stream@example.com" }],
  ])(
    "of %s leaves no hole and repeats nothing, however often its connection is cut while 2,000 entries are written",
    async (_, query) => {
      const before = (await all(query)).length;
      let { lastEventId } = await listen(query, "", 1);
      const got: number[] = [];
      const wrote = (async () => {
        for (let n = 0; n < 2_000; n += 40)
          await Promise.all(
            Array.from({ length: 40 }, (_none, m) => write("stream@example.com", n + m)),
          );
      })();
      let done = false;
      let cuts = 0;
      void wrote.then(() => {
        done = true;
      });
      const pieces = [1, 2, 3, 5, 8, 40, 101];
      for (let expected = Infinity; got.length < expected; cuts += 1) {
        const heard = await listen(
          query,
          lastEventId,
          pieces[cuts % pieces.length] ?? 1,
          (seqs) => got.length + seqs.length >= expected,
        );
        got.push(...heard.seqs);
        ({ lastEventId } = heard);
        if (done && expected === Infinity) expected = (await all(query)).length - before;
      }
      await wrote;
      expect(got).toEqual((await all(query)).slice(before));
      expect(cuts).toBeGreaterThan(10);
    },
  );

  test("begins with where to go on, then with what is new and nothing older", async () => {
    await write("old@example.com", 1);
    const { size } = await searchEntries(log.deps, auditor, {});
    const events = (await open({ actor: "old@example.com" }))[Symbol.asyncIterator]();
    const first = (await events.next()).value as TailEvent;
    expect(first).toMatchObject({ event: "at" });
    expect((first as { after: number }).after).toBeGreaterThanOrEqual(size - 1);
    const next = events.next();
    await write("old@example.com", 4);
    expect((await next).value).toMatchObject({
      event: "entry",
      entry: {
        actor: { label: "old@example.com" },
        details: { path: "/4" },
        sentence: expect.any(String) as string,
      },
    });
    await events.return(undefined);
  });

  test("a live tail reports its position when nothing matches, so that a silent connection resumes from there", async () => {
    const { lastEventId } = await listen({ q: "nothing-at-all" }, "", 1);
    expect(Number(lastEventId)).toBeGreaterThan(0);
    const quiet = await listen({ actor: "quiet@example.com" }, "-1", 1);
    expect(quiet.lastEventId).toBe("-1");
    await write("quiet@example.com", 1);
    const { seqs } = await listen({ actor: "quiet@example.com" }, quiet.lastEventId, 2);
    expect(seqs).toHaveLength(1);
  });

  test("from a number past the end, as of a log that has lost entries since, begins at the end", async () => {
    const { size } = await searchEntries(log.deps, auditor, {});
    const { lastEventId } = await listen({}, String(10 ** 12), 1);
    expect(Number(lastEventId)).toBeGreaterThanOrEqual(size - 1);
    expect(Number(lastEventId)).toBeLessThan(size + 10);
  });

  test("is made as it is asked for: a listener that takes nothing costs no query and no memory", async () => {
    const events = (await open({ actor: "slow@example.com" }))[Symbol.asyncIterator]();
    await events.next();
    for (let n = 0; n < 300; n += 1) await write("slow@example.com", n);
    const [before] = await log.as(
      "super",
      "select count(*)::int from pg_stat_activity where query like '%slow@example%' and state = 'active' and pid <> pg_backend_pid()",
    );
    expect(before).toBe(0);
    const seqs: number[] = [];
    while (seqs.length < 300) {
      const { value } = await events.next();
      if (value?.event === "entry") seqs.push(value.entry.seq);
    }
    expect(seqs).toEqual(await all({ actor: "slow@example.com" }));
    await events.return(undefined);
  });

  test("ends at once when its request ends, also while it waits", async () => {
    const stopping = new AbortController();
    const events = (await open({ q: "nothing-at-all" }, { signal: stopping.signal }))[
      Symbol.asyncIterator
    ]();
    await events.next();
    const waiting = events.next();
    stopping.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
  });
});

describe("a live tail is refused", () => {
  test.each(["operator", "approver", "service", null] as const)("to %s", async (role) => {
    await expect(
      tailEntries(
        log.deps,
        operatorActor({ role }),
        {},
        {
          path: "/",
          lastEventId: "",
          isStillAuthorized: () => Promise.resolve(true),
          signal: new AbortController().signal,
        },
      ),
    ).rejects.toBeInstanceOf(AppError);
  });

  test.each(["x", "-2", "1.5", "asc-5", " 1", "1".repeat(16), "0x10"])(
    "from the place %j",
    async (lastEventId) => {
      await expect(open({}, { lastEventId })).rejects.toMatchObject({ code: "audit.cursor" });
    },
  );

  test("with a filter that is not understood", async () => {
    await expect(open({ ip: "nowhere" })).rejects.toMatchObject({ code: "audit.query" });
  });

  test("without a record", async () => {
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    try {
      await expect(open({})).rejects.toMatchObject({ code: "record.unavailable" });
    } finally {
      await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    }
  });
});

test("opening a live tail is recorded, with its filter", async () => {
  await listen({ actor: "whom@example.com", reads: "exclude" }, "", 1);
  const {
    items: [entry],
  } = await searchEntries(log.deps, auditor, { action: "audit.read" });
  expect(entry).toMatchObject({
    actor: { label: "auditor@example.com" },
    details: {
      method: "GET",
      path: "/audit/stream",
      filter: "actor=whom@example.com reads=exclude",
    },
  });
});

test("an event is text that no entry can break out of", () => {
  const text = formatEvent({
    event: "entry",
    after: 7,
    entry: { seq: 7, sentence: "a\n\nevent: end\r\ndata: x\u2028" } as never,
  });
  expect(text.split("\n")).toHaveLength(5);
  expect(text.startsWith("id: 7\nevent: entry\ndata: {")).toBe(true);
  expect(text.endsWith("}\n\n")).toBe(true);
  expect([formatEvent({ event: "at", after: -1 }), formatEvent({ event: "end" })]).toEqual([
    'id: -1\nevent: at\ndata: {"after":-1}\n\n',
    "event: end\ndata: {}\n\n",
  ]);
});

test("a listener who loses the permission gets nothing that is written a second later", async () => {
  let mayGoOn = true;
  const events = await open(
    { actor: "late@example.com" },
    { isStillAuthorized: () => Promise.resolve(mayGoOn) },
  );
  const seen: TailEvent["event"][] = [];
  seen.push((await events.next()).value?.event as TailEvent["event"]);
  const rest = (async () => {
    for await (const { event } of events) seen.push(event);
  })();
  await write("late@example.com", 1);
  await expect.poll(() => seen).toEqual(["at", "entry"]);
  mayGoOn = false;
  await new Promise((done) => {
    setTimeout(done, 1_100);
  });
  await write("late@example.com", 2);
  await rest;
  expect(seen).toEqual(["at", "entry", "end"]);
});
