import { afterAll, beforeAll, expect, test } from "vitest";
import { runBulkActs } from "@/lib/bulk/run-bulk-acts";
import { maxIssueRows } from "@/lib/bulk/schema";
import { type Answer, type Call, makeCall } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

let harness: Harness, call: Call, token: string, identity: string;
beforeAll(async () => {
  harness = await createTestCa();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("admin");
  identity = await createTestIdentity(harness.deps);
});
afterAll(() => harness.close());

type Expect = Readonly<{ count: number; sha256: string }>;
type Headers = Readonly<Record<string, string>>;

const rowOf = async (label: string) => ({
  label,
  identity,
  profile: "tls-server",
  csr: await makeCsr(),
});
const post = (path: string, body: unknown, headers: Headers = {}, as = token): Promise<Answer> =>
  call("POST", path, { token: as, body, headers });
const codeOf = ({ status, body }: Answer) => [status, body["code"]];

async function dryRun(rows: readonly unknown[]): Promise<Expect> {
  const { status, body } = await post("/bulk-issues/preview", { rows });
  expect(status).toBe(200);
  return { count: Number(body["count"]), sha256: String(body["sha256"]) };
}

test("a dry run shows each row, its start issues what can be, and the report names each certificate", async () => {
  const rows = [await rowOf("one"), { ...(await rowOf("two")), profile: "none" }];
  const shown = await post("/bulk-issues/preview", { rows });
  expect(shown.body).toMatchObject({ count: 1, refused: 1, identities: 1 });
  expect(shown.body["lines"]).toMatchObject([
    { label: "one", problems: [] },
    { label: "two", problems: [expect.stringMatching(/profile/i)] },
  ]);
  const started = await post("/bulk-issues", { rows, expect: await dryRun(rows) });
  expect(started).toMatchObject({ status: 201, body: { act: "issue", total: 1 } });
  const run = () =>
    runBulkActs(harness.deps, {
      signal: new AbortController().signal,
      onBug: (error) => {
        throw error;
      },
    });
  while ((await run()) > 0);
  const path = `/bulk-acts/${String(started.body["id"])}`;
  const ended = await call("GET", path, { token });
  expect(ended.body).toMatchObject({ status: "finished", done: 1, refused: 0 });
  const report = await call("GET", `${path}/report`, { token });
  expect(report.text).toMatch(/done.*ent_/);
});

test("what differs from the dry run is refused, and nothing is started", async () => {
  const rows = [await rowOf("one"), await rowOf("two")];
  const shown = await dryRun(rows);
  const { entries } = await harness.newEntries(async () => {
    const other = { rows: [rows[0], await rowOf("other")], expect: shown };
    expect(codeOf(await post("/bulk-issues", other))).toEqual([409, "bulk.changed"]);
  });
  expect(entries.filter(({ action }) => action === "bulk.started")).toEqual([]);
});

test("the same start twice runs once, with the answer of the first under its key", async () => {
  const rows = [await rowOf("one")];
  const body = { rows, expect: await dryRun(rows) };
  const key = { "idempotency-key": "bulk-issue-1" };
  const first = await post("/bulk-issues", body, key);
  const again = await post("/bulk-issues", body, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body["id"]).toBe(first.body["id"]);
  expect(codeOf(await post("/bulk-issues", body))).toEqual([409, "bulk.running"]);
});

test.each([
  ["no rows", []],
  ["more rows than the limit", Array.from({ length: maxIssueRows + 1 }, () => ({}))],
  ["a row with an unknown field", [{ identity: "a", profile: "b", csr: "c", sans: [] }]],
])("%s is refused", async (_what, rows) => {
  const expected = { count: 1, sha256: "0".repeat(64) };
  for (const [path, body] of [
    ["/bulk-issues/preview", { rows }],
    ["/bulk-issues", { rows, expect: expected }],
  ] as const)
    expect(codeOf(await post(path, body))).toEqual([400, "request.invalid"]);
});

test("an auditor's token neither dry-runs nor starts one", async () => {
  const rows = [await rowOf("one")];
  const shown = await dryRun(rows);
  const auditor = await harness.tokenFor("auditor");
  for (const [path, body] of [
    ["/bulk-issues/preview", { rows }],
    ["/bulk-issues", { rows, expect: shown }],
  ] as const)
    expect(codeOf(await post(path, body, {}, auditor))).toEqual([403, "forbidden"]);
});
