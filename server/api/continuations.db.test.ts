import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { type Call, makeCall } from "@/testing/api/client";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness, call: Call, admin: string, superuser: Database;
const path = "/audit/continuations",
  body = { comment: "restored the backup of last night" };
const halted = {
  code: "log.smaller-than-remembered",
  message: "40 are missing",
  at: "2026-11-23T00:00:00.000Z",
  origin: "ca.example.com/log/00000000",
  rememberedSize: 1_000_000,
  rememberedRootHex: "00".repeat(32),
  foundSize: 1,
  rememberedNote: "a note",
  lostOrigins: ["ca.example.com/log/00000000"],
};

beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  admin = await harness.tokenFor("admin");
  superuser = openDatabase(harness.urls.superUrl, { max: 1 });
});
afterAll(async () => {
  await closeDatabase(superuser);
  await harness.close();
});

test("a log that is not halted is not continued", async () => {
  expect((await call("POST", path, { token: admin, body })).body).toMatchObject({
    status: 409,
    code: "log.not-halted",
  });
});

test("only an administrator continues a log, with a reason and nothing else", async () => {
  const token = {
    operator: await harness.tokenFor("operator"),
    auditor: await harness.tokenFor("auditor"),
    approver: await harness.tokenFor("approver"),
  };
  await superuser.pool.query("alter table tlog.head disable trigger needs_entry");
  await superuser.pool.query("update tlog.head set halted = $1", [JSON.stringify(halted)]);
  for (const other of Object.values(token))
    expect((await call("POST", path, { token: other, body })).status).toBe(403);
  expect((await call("POST", path, { body })).status).toBe(401);
  for (const wrong of [
    {},
    { comment: "" },
    { comment: 7 },
    { ...body, origin: "mine.example.com/log/00000000" },
  ])
    expect([400, 422]).toContain((await call("POST", path, { token: admin, body: wrong })).status);
});

test("continuing a halted log returns its new name and key, and how many entries were lost", async () => {
  const {
    rows: [head],
  } = await superuser.pool.query<{ size: string }>("select size from tlog.head");
  const answer = await call("POST", path, { token: admin, body });
  expect(answer.status, answer.text).toBe(201);
  const size = Number(head?.size);
  expect(answer.body).toMatchObject({
    generation: 1,
    previousOrigin: halted.origin,
    size,
    lost: 1_000_000 - size,
    proven: null,
  });
  expect(answer.body["vkey"]).toMatch(
    new RegExp(`^${String(answer.body["origin"]).replaceAll(".", "\\.")}\\+[0-9a-f]{8}\\+`),
  );
  expect((await call("POST", path, { token: admin, body })).body).toMatchObject({
    code: "log.not-halted",
  });
});
