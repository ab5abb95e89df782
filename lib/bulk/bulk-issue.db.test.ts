import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { getBulkAct } from "./read-bulk-acts";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { getIdentity } from "@/lib/identities/read-identities";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { operatorActor } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { problemsOf } from "@/testing/log/problems-of";
import { previewBulkIssue } from "./preview-bulk-issue";
import { bulkIssueInput, type IssueRow, maxIssueRows, startBulkIssueInput } from "./schema";
import { startBulkIssue } from "./start-bulk-issue";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

const rowOf = async (over: Partial<IssueRow> = {}): Promise<IssueRow> => ({
  label: "Line 2",
  identity: fixture.identity,
  profile: "tls-server",
  csr: await makeCsr(),
  ...over,
});
const rowsOf = (count: number): Promise<IssueRow[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => rowOf({ label: `Line ${n + 2}` })));
const preview = (rows: readonly IssueRow[], who = fixture.admin) =>
  previewBulkIssue(fixture.deps, who, { rows: [...rows] });

async function start(rows: readonly IssueRow[], who: Actor = fixture.admin): Promise<string> {
  const { count, sha256 } = await preview(rows, who);
  const input = startBulkIssueInput.parse({ rows, expect: { count, sha256 } });
  return (await startBulkIssue(fixture.deps, who, input)).result.id;
}
const certificatesOf = async (id: string): Promise<(string | null)[]> =>
  (await fixture.report(id)).map(({ certificateId }) => certificateId);

describe("a dry run of requests", () => {
  test("says of each row what would be signed, or every reason against it, and stores and records nothing", async () => {
    const [one, two] = await rowsOf(2);
    const name = (await getIdentity(fixture.deps, fixture.admin, fixture.identity)).name;
    const rows = [
      await rowOf({ identity: name }),
      await rowOf({ identity: "nothing" }),
      await rowOf({ identity: "" }),
      await rowOf({ profile: "" }),
      await rowOf({ profile: "none" }),
      await rowOf({ csr: "" }),
      await rowOf({ csr: "hello" }),
      one ?? (await rowOf()),
      { ...(two ?? (await rowOf())), label: "Line 10", csr: one?.csr ?? "" },
    ];
    const { result, entries } = await fixture.harness.newEntries(() => preview(rows));
    expect(result).toMatchObject({ count: 2, refused: 7, identities: 1 });
    const texts = result.lines.map(({ problems }) => problems.join(" "));
    expect(texts[0]).toBe("");
    expect(texts[1]).toMatch(/No identity has the name or ID nothing/);
    expect(texts[2]).toMatch(/no identity/i);
    expect(texts[3]).toMatch(/no profile/i);
    expect(texts[4]).toMatch(/profile/i);
    expect(texts[5]).toMatch(/no CSR/);
    expect(texts[6]).toMatch(/CSR/);
    expect(texts[7]).toBe("");
    expect(texts[8]).toMatch(/Line 2 has the same key/);
    expect(entries).toEqual([]);
  });

  test.each([
    ["no rows", []],
    ["more rows than the limit", Array.from({ length: maxIssueRows + 1 }, () => ({}))],
    ["a row with an unknown field", [{ label: "1", identity: "", profile: "", csr: "", sans: [] }]],
  ])("%s is refused", (_what, rows) => {
    expect(bulkIssueInput.safeParse({ rows }).success).toBe(false);
  });
});

describe("a bulk issue", () => {
  test("issues each certificate with its own entries in the actor's name, and has one at its start and its end", async () => {
    const id = await start(await rowsOf(3));
    await fixture.finish();
    const ids = await certificatesOf(id);
    expect(new Set(ids).size).toBe(3);
    for (const one of ids) {
      expect(await fixture.statusOf(one ?? "")).toBe("valid");
      expect(await fixture.harness.entriesOf(one ?? "")).toMatchObject([
        { action: "certificate.planned", actor: { id: fixture.admin.id }, correlationId: id },
        { action: "certificate.issued", correlationId: id },
      ]);
    }
    expect(await fixture.harness.entriesOf(id)).toMatchObject([
      { action: "bulk.started", target: { label: "Issue 3 certificates" }, details: { count: 3 } },
      { action: "bulk.finished", details: { done: 3, refused: 0 } },
    ]);
  });

  test("adds the names that the dry run showed, and no others", async () => {
    const owner = await createTestIdentity(fixture.deps);
    const rows = [await rowOf({ identity: owner })];
    const { lines, namesAdded } = await preview(rows);
    const id = await start(rows);
    await fixture.finish();
    expect(lines[0]?.addsNames).toHaveLength(namesAdded);
    const { names } = await getIdentity(fixture.deps, fixture.admin, owner);
    expect(names.filter(({ origin }) => origin === "issue")).toHaveLength(namesAdded);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({ done: 1 });
  });

  test("leaves out rows with problems, and reports what changed since the start with its reason", async () => {
    const other = await createTestIdentity(fixture.deps);
    const rows = [await rowOf(), await rowOf({ csr: "" }), await rowOf({ identity: other })];
    const id = await start(rows);
    await suspendIdentity(fixture.deps, fixture.admin, other, { comment: "" });
    const { entries } = await fixture.harness.newEntries(fixture.finish);
    const lines = await fixture.report(id);
    expect(lines.map(({ outcome }) => outcome)).toEqual(["done", "refused"]);
    expect(lines[1]).toMatchObject({
      certificateId: null,
      code: "certificate.refused",
      entryId: expect.stringMatching(/^ent_/) as string,
    });
    expect(entries.filter(({ action }) => action === "certificate.refused")).toHaveLength(1);
    expect(entries.filter(({ action }) => action === "request.refused")).toHaveLength(0);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      total: 2,
      done: 1,
      refused: 1,
    });
  });

  test("a request that was exchanged in the database is refused, and nothing is signed", async () => {
    const id = await start([await rowOf()]);
    await fixture.harness.asSuper("update bulk_request set identity_id = $2 where bulk_id = $1", [
      id,
      await createTestIdentity(fixture.deps),
    ]);
    await fixture.finish();
    expect(await fixture.report(id)).toMatchObject([
      { outcome: "refused", code: "bulk.changed", certificateId: null },
    ]);
  });

  test("a process that dies between plan and signature issues no second certificate, and the next signs the first", async () => {
    const id = await start([await rowOf()]);
    const { deps } = fixture;
    const signer = { ...deps.signer, signCertificate: () => new Promise<never>(() => undefined) };
    void fixture.turn(new AbortController().signal, { ...deps, signer });
    await expect
      .poll(async () => (await certificatesOf(id))[0] ?? null, { timeout: 20_000 })
      .not.toBeNull();
    const [planned] = await certificatesOf(id);
    await fixture.finish();
    expect(await certificatesOf(id)).toEqual([planned]);
    expect((await getCertificate(deps, fixture.admin, planned ?? "")).status).toBe("valid");
    expect(await getBulkAct(deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      done: 1,
    });
  });

  test("another set of rows than the dry run's is refused", async () => {
    const rows = await rowsOf(2);
    const { count, sha256 } = await preview(rows);
    const input = startBulkIssueInput.parse({
      rows: [rows[0], await rowOf()],
      expect: { count, sha256 },
    });
    expect(await codeOf(startBulkIssue(fixture.deps, fixture.admin, input))).toBe("bulk.changed");
  });

  test.each(["approver", "auditor", "service"] as const)(
    "a %s neither runs dry nor starts",
    async (role) => {
      const who = operatorActor({ role, identityId: fixture.identity });
      expect(await codeOf(preview([await rowOf()], who))).toBe("forbidden");
    },
  );
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
  expect(fixture.bugs).toEqual([]);
});
