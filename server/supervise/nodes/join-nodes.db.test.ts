import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { type Harness, openHarness } from "@/testing/harness";
import { joinNodes } from "./join-nodes";
import { sessionNameOf, type SharedSettings, sharedSettingsOf } from "./shared-settings";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

const leaving: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(leaving.splice(0).map((leave) => leave()));
});

const env = {
  CHANCERY_PUBLIC_URL: "https://ca.example.com",
  CHANCERY_HOST: "0.0.0.0",
  CHANCERY_TSA_URL: "",
  CHANCERY_VERIFY_AT: "02:30",
};
const usual = sharedSettingsOf(env, {
  sessionSecret: "the secret of sessions",
  deliveryKey: "the key of webhooks",
  files: { CHANCERY_WITNESS_POLICY_TEXT: "quorum none\n" },
});

/** Joins as this node; what the operator is told. */
async function join(
  nodeId: string,
  different: Partial<SharedSettings> = {},
  now = () => new Date(),
): Promise<string[]> {
  const lines: string[] = [];
  const leave = await joinNodes({
    databaseUrl: harness.urls.appUrl,
    nodeId,
    settings: { ...usual, ...different },
    now,
    warn: (line) => lines.push(line),
  });
  leaving.push(leave);
  return lines;
}
/** Joins as a process that a service unit starts; what the operator is told. */
async function joinAs(kind: "gateway" | "console", settings: SharedSettings): Promise<string[]> {
  const lines: string[] = [];
  const leave = await joinNodes({
    databaseUrl: harness.urls.appUrl,
    kind,
    nodeId: `host ${kind}`,
    settings,
    now: () => new Date(),
    warn: (line) => lines.push(line),
  });
  leaving.push(leave);
  return lines;
}
const sessions = () =>
  harness.asSuper(
    "select pid from pg_stat_activity where application_name like 'chancery-node-%' and datname = current_database()",
  );

test("nodes with the same settings run together, and a session of none is left when they end", async () => {
  expect(await join("a")).toEqual([]);
  expect(await join("b")).toEqual([]);
  expect(await sessions()).toHaveLength(2);
  await Promise.all(leaving.splice(0).map((leave) => leave()));
  await expect.poll(sessions).toEqual([]);
});

describe("a node whose settings differ from one that runs", () => {
  test.each([
    ["session.key", "session.key"],
    ["CHANCERY_PUBLIC_URL", "CHANCERY_PUBLIC_URL"],
    ["CHANCERY_HOST", "CHANCERY_HOST"],
    ["CHANCERY_DELIVERY_KEY", "KEK"],
  ] as const)("is refused for %s, named as %s, and leaves no session", async (setting, name) => {
    await join("a");
    await expect(join("b", { [setting]: "another" })).rejects.toThrow(
      new RegExp(`^${name} must be the same on all nodes.*stop the other nodes first`),
    );
    await expect.poll(sessions).toHaveLength(1);
  });

  test("learns everything for which it is refused, and no value of the other", async () => {
    await join("a");
    const refusal = await join("b", {
      "session.key": "other secret",
      CHANCERY_HOST: "127.0.0.1",
    }).catch((error: unknown) => String(error));
    expect(refusal).toMatch(/session\.key and CHANCERY_HOST must be the same/);
    expect(refusal).not.toMatch(/other secret|127\.0\.0\.1|0\.0\.0\.0/);
  });

  test.each([
    "CHANCERY_WITNESS_POLICY",
    "CHANCERY_TSA_URL",
    "CHANCERY_TSA_CA",
    "CHANCERY_VERIFY_AT",
  ] as const)("runs with a warning for %s", async (name) => {
    await join("a");
    expect(await join("b", { [name]: "another" })).toEqual([
      expect.stringMatching(new RegExp(`^${name} should be the same on all nodes`)),
    ]);
  });

  test("runs after the other has ended", async () => {
    await join("a");
    await leaving.pop()?.();
    await expect.poll(() => join("b", { CHANCERY_HOST: "127.0.0.1" })).toEqual([]);
  });

  test("isn't compared with its own session of before a crash", async () => {
    await join("a");
    expect(await join("a", { "session.key": "a new secret" })).toEqual([]);
  });
});

describe("a process that a service unit starts", () => {
  /** What a gateway knows, as its unit has it. */
  const { "session.key": _none, ...ofGateway } = usual;

  test("is compared with a node in what both know", async () => {
    await join("a");
    expect(await joinAs("gateway", ofGateway)).toEqual([]);
    await expect(
      joinAs("gateway", { ...ofGateway, CHANCERY_DELIVERY_KEY: "another" }),
    ).rejects.toThrow(/^CHANCERY_DELIVERY_KEY must be the same/);
  });

  test("is refused for what differs from another one, which is named, and warned of the rest", async () => {
    await joinAs("gateway", ofGateway);
    await expect(
      joinAs("console", { ...usual, CHANCERY_PUBLIC_URL: "https://pki.example.com" }),
    ).rejects.toThrow(
      /^CHANCERY_PUBLIC_URL .* a running gateway has another value.*stop all units/,
    );
    expect(await joinAs("console", { ...usual, CHANCERY_VERIFY_AT: "04:00" })).toEqual([
      expect.stringMatching(/^CHANCERY_VERIFY_AT should be the same/),
    ]);
  });

  test("isn't compared with a node of an earlier version in what that doesn't state", async () => {
    const name = sessionNameOf("a", usual).slice(0, -5);
    const db = openDatabase(harness.urls.appUrl, { max: 1 });
    try {
      await db.pool.query("select set_config('application_name', $1, false)", [name]);
      expect(await joinAs("gateway", { ...ofGateway, CHANCERY_DELIVERY_KEY: "another" })).toEqual(
        [],
      );
      await expect(joinAs("console", { ...usual, CHANCERY_HOST: "::1" })).rejects.toThrow(
        /^CHANCERY_HOST must be the same/,
      );
    } finally {
      await closeDatabase(db);
    }
  });

  test("has a session whose name fits into what PostgreSQL keeps", async () => {
    await joinAs("console", usual);
    const [row] = await harness.asSuper(
      "select application_name as name from pg_stat_activity where application_name like 'chancery-node-%'",
    );
    expect(String(row?.["name"])).toMatch(/^chancery-node-1:[\w-]{45}c$/);
  });
});

test("the name of a session fits into what PostgreSQL keeps, and has no value in it", async () => {
  await join("a");
  const [row] = await harness.asSuper(
    "select application_name as name from pg_stat_activity where application_name like 'chancery-node-%'",
  );
  expect(String(row?.["name"])).toMatch(/^chancery-node-1:[\w-]{45}$/);
});

test.each([
  ["ahead", 60_000, /^the clock of this machine is 60 seconds ahead of the database's/],
  ["behind", -60_000, /^the clock of this machine is 60 seconds behind the database's/],
])("a clock that is a minute %s is named", async (_what, off, text) => {
  expect(await join("a", {}, () => new Date(Date.now() + off))).toEqual([
    expect.stringMatching(text),
  ]);
});

test("a clock that differs by less than what counts is not named", async () => {
  expect(await join("a", {}, () => new Date(Date.now() + 4_000))).toEqual([]);
});
