import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestGateway, type Client, type TestGateway } from "../../testing/gateway/test-gateway";

const scriptPath = join(import.meta.dirname, "chancery-event");
let gateway: TestGateway,
  payments: Client,
  folders = 0;
beforeAll(async () => {
  gateway = await openTestGateway();
  payments = await gateway.issue("payments");
});
afterAll(() => gateway.close());

const newFolder = () => gateway.file(`events-${++folders}`);
type Said = Readonly<{ code: number | null; error: string }>;
/** Runs it once; `killAfterMs` ends it without mercy. */
function call(
  folder: string,
  args: readonly string[],
  over: Readonly<{ env?: Record<string, string>; killAfterMs?: number; shell?: boolean }> = {},
): Promise<Said> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    CHANCERY_URL: gateway.mtlsUrl(),
    CHANCERY_CERT: payments.certFile,
    CHANCERY_KEY: payments.keyFile,
    CHANCERY_CA: gateway.rootFile,
    CHANCERY_EVENTS: folder,
    ...over.env,
  };
  return new Promise((resolve) => {
    const child = spawn("sh", over.shell === true ? ["-c", ...args] : [scriptPath, ...args], {
      env: env as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    let error = "";
    child.stderr.on("data", (text: Buffer) => {
      error += text.toString();
    });
    if (over.killAfterMs !== undefined)
      setTimeout(() => {
        try {
          process.kill(-(child.pid ?? 0), "SIGKILL");
        } catch {
          /* It was faster. */
        }
      }, over.killAfterMs);
    child.once("close", (code) => resolve({ code, error }));
  });
}
const bootOf = (folder: string) => readFileSync(join(folder, "boot"), "utf8");
const waiting = (folder: string) => readdirSync(join(folder, "waiting"));
const name = "backup.finished";
async function logged(folder: string) {
  const entries = (await gateway.entries()).filter(({ src }) => src?.boot === bootOf(folder));
  return {
    numbers: entries.map(({ src }) => src?.seq),
    events: entries.filter(({ action }) => action === "event.reported"),
    beats: entries.filter(({ action }) => action === "source.heartbeat"),
  };
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test("when chancery-event exits with 0, the event is in the audit log with all its fields, spaces and quotes unchanged", async () => {
  const folder = newFolder();
  const said = await call(folder, [
    name,
    "--target",
    "host:db-1:main",
    "--label",
    `the "main" one`,
    "--outcome",
    "failure",
    "--reason",
    "disk $HOME full",
    "--for",
    "it's ops",
    "--client-ip",
    "192.0.2.9",
    "--data",
    '{"bytes":12,"a b":["x"]}',
    "--at",
    "2026-11-23T02:38:07+01:00",
  ]);
  expect(said).toEqual({ code: 0, error: "" });
  expect((await logged(folder)).events).toMatchObject([
    {
      outcome: "failure",
      reason: "disk $HOME full",
      actor: { label: "payments" },
      target: { kind: "host", id: "db-1:main", label: `the "main" one` },
      src: { id: `${payments.identityId}/main`, seq: 1 },
      details: {
        name,
        occurredAt: "2026-11-23T02:38:07+01:00",
        onBehalfOf: "it's ops",
        clientIp: "192.0.2.9",
        data: { bytes: 12, "a b": ["x"] },
      },
    },
  ]);
  expect(waiting(folder)).toEqual([]);
});

test("twenty concurrent calls with one folder get twenty event numbers, each stored once", async () => {
  const folder = newFolder();
  const codes = await Promise.all(
    upTo(20).map((n) => call(folder, [name, "--data", `{"n":${n}}`])),
  );
  expect(codes.map(({ code }) => code)).toEqual(Array<number>(20).fill(0));
  const { events, numbers } = await logged(folder);
  expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(20));
  expect(new Set(events.map(({ details }) => (details["data"] as { n: number }).n)).size).toBe(20);
});

describe("a gateway that goes away and comes back", () => {
  test("an outage of the gateway loses no event and stores none twice: kept events are sent in order with the next call", async () => {
    const folder = newFolder();
    await call(folder, [name]);
    await gateway.stop();
    for (let n = 2; n <= 4; n += 1) {
      const { code, error } = await call(folder, [name]);
      expect([code, error.includes("not confirmed yet")]).toEqual([75, true]);
    }
    expect(waiting(folder)).toHaveLength(3);
    await gateway.start();
    expect((await call(folder, [name])).code).toBe(0);
    expect((await call(folder, ["--flush"])).code).toBe(0);
    expect((await call(folder, ["--flush"])).code).toBe(0);
    const { numbers, beats } = await logged(folder);
    expect(numbers).toEqual(upTo(6));
    expect(beats).toMatchObject([{ details: { settled: 5, ended: false } }]);
  });

  test("an event whose response was lost is sent again and not stored twice", async () => {
    const folder = newFolder();
    await call(folder, [name]);
    writeFileSync(
      join(folder, "waiting", "000000000000001.json"),
      `${JSON.stringify({ seq: 1, name, occurredAt: String((await logged(folder)).events[0]?.details["occurredAt"]) })}\n`,
    );
    expect((await call(folder, [name])).code).toBe(0);
    expect((await logged(folder)).numbers).toEqual([1, 2]);
  });
});

describe("a clean end", () => {
  test("a clean end is reported once in the run's last heartbeat, and the next event begins another run", async () => {
    const folder = newFolder(),
      script = `trap 'sh "${scriptPath}" --end' EXIT; sh "${scriptPath}" ${name}; sh "${scriptPath}" --flush`;
    expect((await call(folder, [script], { shell: true })).code).toBe(0);
    const ended = (await gateway.entries()).filter(
      ({ src, details }) => src?.id === `${payments.identityId}/main` && details["ended"] === true,
    );
    expect(ended).toMatchObject([
      { action: "source.heartbeat", src: { seq: 3 }, details: { settled: 2 } },
    ]);
    expect((await call(folder, ["--end"])).code).toBe(0);
    expect((await call(folder, [name])).code).toBe(0);
    expect(bootOf(folder)).not.toBe(ended[0]?.src?.boot);
    expect((await logged(folder)).numbers).toEqual([1]);
  });
  test("an end that Chancery has not confirmed does not end the run: later events continue it, and the next end counts", async () => {
    const folder = newFolder();
    await call(folder, [name]);
    const boot = bootOf(folder);
    await gateway.stop();
    expect((await call(folder, ["--end"])).code).toBe(75);
    expect((await call(folder, [name])).code).toBe(75);
    await gateway.start();
    expect((await call(folder, ["--flush"])).code).toBe(0);
    expect([bootOf(folder), (await logged(folder)).numbers]).toEqual([boot, upTo(4)]);
    expect((await call(folder, ["--end"])).code).toBe(0);
    expect(existsSync(join(folder, "boot"))).toBe(false);
    expect(
      (await gateway.entries()).filter(({ src }) => src?.boot === boot).at(-1)?.details,
    ).toMatchObject({ settled: 4, ended: true });
  });
});

test("calls killed at any moment leave no gap and no duplicate", async () => {
  const folder = newFolder();
  for (let n = 0; n < 12; n += 1)
    await Promise.all([
      call(folder, [name, "--data", `{"n":${n}}`], { killAfterMs: 15 + 17 * n }),
      call(folder, [name], { killAfterMs: 200 - 15 * n }),
    ]);
  expect((await call(folder, ["--flush"])).code).toBe(0);
  const { numbers } = await logged(folder);
  expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(numbers.length));
  expect(waiting(folder).filter((file) => file.endsWith(".json"))).toEqual([]);
});

test("an event whose call died before counting its number is counted and sent by the next call", async () => {
  const folder = newFolder();
  await call(folder, [name]);
  writeFileSync(
    join(folder, "waiting", "000000000000002.json"),
    `{"seq":2,"name":"${name}","occurredAt":"2026-11-23T02:38:07Z"}\n`,
  );
  expect((await call(folder, [name])).code).toBe(0);
  expect((await logged(folder)).numbers).toEqual([1, 2, 3]);
});

describe("refused", () => {
  test("a permanently refused event ends with 65, is set aside and recorded by name under its number; later events are recorded", async () => {
    const folder = newFolder();
    const { code, error } = await call(folder, [
      name,
      "--target",
      `certificate:${payments.certificate.id}`,
    ]);
    expect([code, error.includes("events.0.target.id")]).toEqual([65, true]);
    expect((await call(folder, [name])).code).toBe(0);
    const { numbers, events } = await logged(folder);
    expect(numbers).toEqual([1, 2]);
    expect(events[0]).toMatchObject({
      outcome: "failure",
      details: { name: "event.refused", data: { name } },
    });
    expect(readFileSync(join(folder, "refused", "000000000000001.json"), "utf8")).toContain(
      payments.certificate.id,
    );
  });

  test.each<[string, string[]]>([
    ["no name", []],
    ["an end with an event", ["--end", name]],
    ["an option for a name", ["--target", "a:b"]],
    ["an unknown option", [name, "--color", "red"]],
    ["an option without its value", [name, "--reason"]],
    ["a target without a kind", [name, "--target", "pay-7"]],
    ["data that is no JSON", [name, "--data", "{"]],
    ["an event beyond its size", [name, "--data", JSON.stringify({ x: "x".repeat(17_000) })]],
  ])("a call with %s exits with 64 and uses no event number", async (_, args) => {
    const folder = newFolder();
    expect((await call(folder, args)).code).toBe(64);
    expect(
      existsSync(join(folder, "last")) ? readFileSync(join(folder, "last"), "utf8") : "0\n",
    ).toBe("0\n");
  });

  test("without an accepted certificate an event is kept, and sent once there is one", async () => {
    const folder = newFolder(),
      env = { CHANCERY_CERT: gateway.file("none.pem") };
    expect((await call(folder, [name], { env })).code).toBe(75);
    expect((await call(folder, ["--flush"])).code).toBe(0);
    expect((await logged(folder)).numbers).toEqual([1, 2]);
  });

  test("without a required setting, or with a folder whose numbers are lost, no event is kept or sent", async () => {
    const folder = newFolder();
    expect((await call(folder, [name], { env: { CHANCERY_URL: "" } })).code).not.toBe(0);
    mkdirSync(join(folder, "waiting"), { recursive: true });
    writeFileSync(join(folder, "waiting", "000000000000007.json"), "{}");
    expect((await call(folder, [name])).code).toBe(70);
    rmSync(folder, { recursive: true });
    expect((await call(folder, [name])).code).toBe(0);
    writeFileSync(join(folder, "last"), "many\n");
    expect((await call(folder, [name])).code).toBe(70);
  });
});
