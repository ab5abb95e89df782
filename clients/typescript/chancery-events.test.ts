import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "../../lib/certificates/revoke-certificate";
import {
  openTestGateway,
  until,
  type Client,
  type TestGateway,
} from "../../testing/gateway/test-gateway";
import { adminActor } from "../../testing/actors";
import { openEvents, type EventProblem, type Events, type EventsOptions } from "./chancery-events";

let gateway: TestGateway,
  payments: Client,
  spools = 0,
  opened: Events[] = [];
beforeAll(async () => {
  gateway = await openTestGateway();
  payments = await gateway.issue("payments");
});
afterEach(async () => {
  await Promise.all(opened.map((events) => events.close({ withinMs: 0 }).catch(() => {})));
  opened = [];
});
afterAll(() => gateway.close());

const problems: EventProblem[] = [];
function open(over: Partial<EventsOptions> = {}): Events {
  problems.length = 0;
  const { cert, key } = payments;
  const events = openEvents({
    url: gateway.mtlsUrl(),
    cert,
    key,
    ca: () => readFileSync(gateway.rootFile),
    longestPauseMs: 100,
    onProblem: (problem) => void problems.push(problem),
    ...over,
  });
  opened.push(events);
  return events;
}
const newSpool = () => gateway.file(`spool-${++spools}`);
const name = "payment.approved";
/** What the log holds of a run: the numbers in the log's order, its heartbeats among them. */
async function logged(boot: string) {
  const entries = (await gateway.entries()).filter(({ src }) => src?.boot === boot);
  return {
    numbers: entries.map(({ src }) => src?.seq),
    beats: entries
      .filter(({ action }) => action === "source.heartbeat")
      .map(({ details }) => details),
    events: entries.filter(({ action }) => action === "event.reported"),
  };
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe("what is reported", () => {
  test("when `recorded` resolves, the event is in the audit log under the service's certificate with all its fields", async () => {
    const events = open(),
      occurredAt = new Date("2026-11-23T02:38:07.123Z");
    const told = {
      name,
      occurredAt,
      outcome: "denied",
      reason: "limit",
      target: { kind: "payment", id: "pay-7" },
      onBehalfOf: "customer 12",
      clientIp: "192.0.2.9",
      data: { amount: 12.5 },
    } as const;
    const entryId = await events.recorded(told);
    const [entry] = (await logged(events.state().boot)).events;
    expect(entry).toMatchObject({
      id: entryId,
      actor: { label: "payments" },
      credential: { certificateId: payments.certificate.id },
      outcome: "denied",
      reason: "limit",
      details: {
        name,
        occurredAt: "2026-11-23T02:38:07.123Z",
        onBehalfOf: "customer 12",
        clientIp: "192.0.2.9",
        data: { amount: 12.5 },
      },
    });
  });

  test("events are sent in order, many at once, and a run ends with a heartbeat that leaves nothing missing", async () => {
    const events = open(),
      count = 2_300;
    for (let n = 1; n <= count; n += 1) expect(events.report({ name, data: { n } })).toBe(n);
    expect(await events.close()).toEqual({ waiting: 0 });
    const { numbers, beats } = await logged(events.state().boot);
    expect(numbers).toEqual(upTo(count + 1));
    expect(beats).toEqual([
      {
        source: `${payments.identityId}/main`,
        boot: events.state().boot,
        settled: count,
        voided: "",
        ended: true,
      },
    ]);
  });

  test("`flush` resolves once all events are recorded, and a reporter without events leaves no entry", async () => {
    const events = open(),
      silent = open({ source: "silent" });
    for (let n = 0; n < 30; n += 1) events.report({ name });
    await events.flush();
    expect(events.state()).toMatchObject({ last: 30, waiting: 0 });
    expect((await logged(events.state().boot)).numbers).toHaveLength(30);
    await silent.close();
    expect((await logged(silent.state().boot)).numbers).toEqual([]);
  });

  test("events are confirmed by a periodic heartbeat, which is not repeated while nothing happens", async () => {
    const events = open({ heartbeatMs: 30 });
    events.report({ name });
    await until(async () => (await logged(events.state().boot)).beats.length > 0);
    const silentFor = Date.now() + 150;
    await until(() => Date.now() > silentFor);
    expect((await logged(events.state().boot)).beats).toMatchObject([{ settled: 1, ended: false }]);
    await events.close();
    expect((await logged(events.state().boot)).beats).toMatchObject([
      { settled: 1, ended: false },
      { settled: 2, ended: true },
    ]);
  });
});

describe("a gateway that goes away and comes back: nothing is lost and nothing stored twice", () => {
  test("events reported during an outage of the gateway are recorded once each", async () => {
    const events = open();
    let reporting = true;
    const work = (async () => {
      while (reporting) {
        events.report({ name });
        await new Promise((done) => setTimeout(done, 1));
      }
    })();
    for (let round = 0; round < 3; round += 1) {
      await until(async () => (await gateway.entries()).length > 0);
      await gateway.stop();
      await until(() => problems.some(({ status }) => status === 0));
      problems.length = 0;
      await gateway.start();
      await events.flush();
    }
    reporting = false;
    await work;
    expect(await events.close()).toEqual({ waiting: 0 });
    expect((await logged(events.state().boot)).numbers).toEqual(upTo(events.state().last));
  });

  test("events reported while the gateway can't record are recorded once each afterwards", async () => {
    const events = open();
    const waited = await gateway.harness.withoutRecord(async () => {
      const answer = events.recorded({ name });
      await until(() => problems.some(({ status }) => status === 503));
      return { answer };
    });
    expect(await waited.answer).toMatch(/^ent_/);
    expect((await logged(events.state().boot)).numbers).toEqual([1]);
  });

  test("a reporter whose certificate is refused retries until it is accepted", async () => {
    const lost = await gateway.issue("lost"),
      next = await gateway.issue("lost", { identityId: lost.identityId });
    await revokeCertificate(gateway.harness.deps, adminActor(), lost.certificate.id, {
      reason: "superseded",
    });
    let now = lost;
    const events = open({ cert: () => now.cert, key: () => now.key });
    const waited = events.recorded({ name });
    await until(() => problems.some(({ status }) => status === 401));
    now = next;
    expect(await waited).toMatch(/^ent_/);
  });
});

describe("a process that dies", () => {
  const script = (spool: string, count: number) => `
    import { openEvents } from ${JSON.stringify(join(import.meta.dirname, "chancery-events.ts"))};
    import { readFileSync } from "node:fs";
    const pem = (path) => () => readFileSync(path);
    const events = openEvents({ url: ${JSON.stringify(gateway.mtlsUrl())}, cert: pem(${JSON.stringify(payments.certFile)}), key: pem(${JSON.stringify(payments.keyFile)}), ca: pem(${JSON.stringify(gateway.rootFile)}), spool: ${JSON.stringify(spool)}, longestPauseMs: 50 });
    for (let n = 0; n < ${count}; n += 1) { events.report({ name: "payment.approved", data: { n } }); if (n % 50 === 0) await new Promise((done) => setTimeout(done, 1)); }
    process.stdout.write(events.state().boot + "\\n");
    setInterval(() => {}, 1000);`;

  test("events of a process killed with kill -9 are sent under their numbers by the next process, which ends the run", async () => {
    const spool = newSpool(),
      file = gateway.file("dies.mjs");
    writeFileSync(file, script(spool, 1_500));
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const boot = await new Promise<string>((resolve) => {
      child.stdout.once("data", (line: Buffer) => resolve(line.toString().trim()));
    });
    child.kill("SIGKILL");
    await new Promise((done) => {
      child.once("close", done);
    });
    const next = open({ spool });
    next.report({ name });
    expect(await next.close()).toEqual({ waiting: 0 });
    const { numbers, beats } = await logged(boot);
    expect(numbers).toEqual(upTo(1_501));
    expect(beats).toMatchObject([{ settled: 1_500, ended: true }]);
    expect((await logged(next.state().boot)).numbers).toEqual([1, 2]);
  });

  test("events that two processes in a row could not send are sent by the third", async () => {
    const spool = newSpool();
    await gateway.stop();
    const [first, second] = [open({ spool }), () => open({ spool })];
    for (let n = 0; n < 10; n += 1) first.report({ name });
    expect(await first.close({ withinMs: 10 })).toEqual({ waiting: 11 });
    const middle = second();
    middle.report({ name });
    expect(await middle.close({ withinMs: 10 })).toEqual({ waiting: 13 });
    await gateway.start();
    const last = open({ spool });
    await last.flush();
    expect(await last.close()).toEqual({ waiting: 0 });
    expect([
      (await logged(first.state().boot)).numbers,
      (await logged(middle.state().boot)).numbers,
    ]).toEqual([upTo(11), [1, 2]]);
    expect((await logged(first.state().boot)).beats).toMatchObject([{ settled: 10, ended: true }]);
  });

  test("an incomplete last line of the spool counts as no event, and the next process starts without it", async () => {
    const spool = newSpool(),
      first = open({ spool });
    await first.recorded({ name });
    const torn = readFileSync(spool, "utf8");
    await first.close();
    writeFileSync(spool, torn);
    appendFileSync(spool, `{"boot":"${first.state().boot}","seq":2,"beat":false,"body":"{\\"seq`);
    const next = open({ spool });
    expect(await next.close()).toEqual({ waiting: 0 });
    expect((await logged(first.state().boot)).numbers).toEqual([1, 2]);
  });
});

describe("refused", () => {
  test("a permanently refused event is recorded by name under its number, and the other events are recorded", async () => {
    const events = open();
    const bad = events.recorded({
        name: "payment.refunded",
        target: { kind: "certificate", id: payments.certificate.id },
      }),
      good = events.recorded({ name });
    await expect(bad).rejects.toThrow(/refused event 1 \(request.invalid\).*target.id/);
    expect(await good).toMatch(/^ent_/);
    await events.close();
    const { numbers, events: entries } = await logged(events.state().boot);
    expect(numbers).toEqual([1, 2, 3]);
    expect(entries[0]).toMatchObject({
      outcome: "failure",
      reason: expect.stringContaining("request.invalid") as unknown,
      details: { name: "event.refused", data: { name: "payment.refunded" } },
    });
    expect(problems).toMatchObject([
      {
        refused: true,
        seq: 1,
        code: "request.invalid",
        findings: [{ path: "events.0.target.id" }],
      },
    ]);
  });

  test("an event that can never be sent is refused at once, and uses no number", () => {
    const events = open();
    expect(() => events.report({ name: "Not a name" })).toThrow(/no name of an event/);
    expect(() => events.report({ name, data: { x: "x".repeat(20_000) } })).toThrow(
      /20\d\d\d bytes/,
    );
    expect(() => events.report({ name, data: { n: 1n } })).toThrow(TypeError);
    expect(() => events.report({ name, occurredAt: new Date(Number.NaN) })).toThrow(RangeError);
    expect(events.report({ name })).toBe(1);
  });

  test("an event is refused when too many are waiting, and after close", async () => {
    await gateway.stop();
    const events = open({ most: 3 });
    for (let n = 0; n < 3; n += 1) events.report({ name });
    expect(() => events.report({ name })).toThrow(/3 events wait/);
    await expect(events.recorded({ name })).rejects.toThrow(/3 events wait/);
    await gateway.start();
    await events.flush();
    expect(events.report({ name })).toBe(4);
    await events.close();
    expect(() => events.report({ name })).toThrow(/closed/);
  });

  test("closing rejects an unconfirmed `recorded` with its event number", async () => {
    await gateway.stop();
    const events = open(),
      [ended, closed] = await Promise.allSettled([
        events.recorded({ name }),
        events.close({ withinMs: 5 }),
      ]);
    expect(ended).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringContaining("Event 1 was not confirmed") as unknown },
    });
    expect(closed).toEqual({ status: "fulfilled", value: { waiting: 2 } });
    await gateway.start();
  });

  test("a spool in use by another process, or a damaged one, is refused; one locked by a dead process is taken over", () => {
    const spool = newSpool();
    open({ spool });
    expect(() => open({ spool })).toThrow(/in use/);
    const other = newSpool();
    writeFileSync(`${other}.lock`, String(process.ppid));
    expect(() => open({ spool: other })).toThrow(`in use by process ${process.ppid}`);
    writeFileSync(`${other}.lock`, "4194303");
    open({ spool: other });
    const damaged = newSpool();
    writeFileSync(damaged, '{"boot":"b"\n{"boot":"b"}\n');
    expect(() => open({ spool: damaged })).toThrow(/damaged/);
    expect(existsSync(`${damaged}.lock`)).toBe(false);
    rmSync(damaged);
    open({ spool: damaged });
  });
});
