import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { system } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture, revoking } from "@/testing/bulk/bulk-fixture";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { getBulkAct } from "./read-bulk-acts";
import { bulkInput, type BulkInput } from "./schema";
import { problemsOf } from "@/testing/log/problems-of";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

describe("a dry run", () => {
  test("counts what would be changed, and what not with the reason, and changes and records nothing", async () => {
    const ids = await fixture.issue(4);
    await revokeCertificate(fixture.deps, fixture.admin, ids[3] ?? "", { reason: "superseded" });
    const own = (
      await listCertificates(fixture.deps, fixture.admin, { authority: "root", limit: 1 })
    ).items[0];
    const { result, entries } = await fixture.harness.newEntries(() =>
      fixture.preview({ ids: [...ids, own?.id ?? "", "crt_none"] }),
    );
    expect(result).toMatchObject({
      selected: 6,
      count: 3,
      identities: 1,
      withoutSuccessor: 3,
      lastDay: { certificates: 0, services: 0, networks: 0, lastUsedAt: null },
      excluded: [
        { why: "own", count: 1 },
        { why: "already-revoked", count: 1 },
        { why: "missing", count: 1, examples: ["crt_none"] },
      ],
    });
    expect(entries).toEqual([]);
    expect(await fixture.statusOf(ids[0] ?? "")).toBe("valid");
  });

  test("a reason of key compromise includes what was revoked for another reason", async () => {
    const [id = ""] = await fixture.issue(1);
    await revokeCertificate(fixture.deps, fixture.admin, id, { reason: "superseded" });
    expect((await fixture.preview({ ids: [id] })).count).toBe(0);
    expect((await fixture.preview({ ids: [id], reason: "keyCompromise" })).count).toBe(1);
  });

  test("only what is on hold can be released, and nothing is put on hold twice", async () => {
    const ids = await fixture.issue(2);
    await revokeCertificate(fixture.deps, fixture.admin, ids[0] ?? "", {
      reason: "certificateHold",
    });
    const of = (act: BulkInput["act"]) => fixture.preview({ act, reason: undefined, ids });
    expect((await of("release")).excluded).toMatchObject([{ why: "not-held", count: 1 }]);
    expect((await of("hold")).excluded).toMatchObject([{ why: "already-held", count: 1 }]);
  });

  test("another number than the list showed is refused", async () => {
    const owner = await createTestIdentity(fixture.deps);
    await fixture.issue(2, owner);
    const filter = { identity: owner, state: "valid" } as const;
    expect((await fixture.preview({ filter, count: 2 })).count).toBe(2);
    expect(await codeOf(fixture.preview({ filter, count: 3 }))).toBe("bulk.count-changed");
    expect(await codeOf(fixture.preview({ filter, count: 1 }))).toBe("bulk.count-changed");
  });

  test.each([
    ["neither ids nor a filter", {}],
    ["ids and a filter", { ids: ["crt_a"], filter: {}, count: 1 }],
    ["a filter without its count", { filter: {} }],
    ["no ids", { ids: [] }],
    ["a hold with a reason", { act: "hold", ids: ["crt_a"] }],
    ["a revocation without a reason", { reason: undefined, ids: ["crt_a"] }],
    ["a hold disguised as a revocation", { reason: "certificateHold", ids: ["crt_a"] }],
    [
      "a release with a date of compromise",
      {
        act: "release",
        reason: undefined,
        ids: ["crt_a"],
        invalidityDate: "2026-01-01T00:00:00Z",
      },
    ],
    ["more ids than the limit", { ids: Array.from({ length: 10_001 }, (_, n) => `crt_${n}`) }],
  ])("%s is refused", (_what, input) => {
    expect(bulkInput.safeParse({ ...revoking, ...input }).success).toBe(false);
  });
});

describe("a bulk action", () => {
  test("changes each certificate with its own entry, and has one at its start and one at its end with figures", async () => {
    const ids = await fixture.issue(3);
    const id = await fixture.start({ ids, comment: "moving away" });
    expect(await fixture.statusOf(ids[0] ?? "")).toBe("valid");
    await fixture.finish();
    for (const one of ids) {
      expect(await fixture.statusOf(one)).toBe("revoked");
      const entries = (await fixture.harness.entriesOf(one)).filter(
        ({ action }) => action === "certificate.revoked",
      );
      expect(entries).toMatchObject([
        {
          actor: { id: fixture.admin.id, label: fixture.admin.label },
          correlationId: id,
          details: { reason: "superseded", comment: "moving away" },
        },
      ]);
    }
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      total: 3,
      done: 3,
      changed: 0,
      refused: 0,
    });
    expect(await fixture.harness.entriesOf(id)).toMatchObject([
      {
        action: "bulk.started",
        actor: { id: fixture.admin.id },
        details: { act: "revoke", count: 3 },
      },
      { action: "bulk.finished", details: { total: 3, done: 3, untried: 0 } },
    ]);
    expect(await fixture.report(id)).toMatchObject(
      ids.map((certificateId) => ({
        certificateId,
        outcome: "done",
        entryId: expect.stringMatching(/^ent_/) as string,
      })),
    );
    expect(fixture.bugs).toEqual([]);
  });

  test("puts on hold and releases", async () => {
    const ids = await fixture.issue(2);
    await fixture.start({ act: "hold", reason: undefined, ids });
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["held", "held"]);
    await fixture.start({ act: "release", reason: undefined, ids });
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["valid", "valid"]);
  });

  test("one with a key compromise blocks the keys", async () => {
    const ids = await fixture.issue(1);
    await fixture.start({ ids, reason: "keyCompromise" });
    await fixture.finish();
    expect(
      await fixture.harness.asSuper(
        "select blocked from public_key where spki_sha256 = (select spki_sha256 from certificate where id = $1)",
        ids,
      ),
    ).toEqual([{ blocked: true }]);
  });

  test("a certificate that changed since the start is left alone and reported, and the others are changed", async () => {
    const ids = await fixture.issue(3);
    const id = await fixture.start({ ids });
    await revokeCertificate(fixture.deps, fixture.admin, ids[1] ?? "", {
      reason: "certificateHold",
    });
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["revoked", "held", "revoked"]);
    expect((await fixture.report(id)).map(({ outcome }) => outcome)).toEqual([
      "done",
      "changed",
      "done",
    ]);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      done: 2,
      changed: 1,
    });
  });

  test("what is refused for one certificate is an entry and a line with its reason, and the others go on", async () => {
    const edge = await createTestIdentity(fixture.deps);
    const who = await fixture.user("operator");
    const ids = [...(await fixture.issue(1, edge)), ...(await fixture.issue(1))].toSorted();
    await fixture.start({ act: "hold", reason: undefined, ids }, who);
    await fixture.finish();
    const id = await fixture.start({ act: "release", reason: undefined, ids }, who);
    await trustProxy(fixture.deps, system, {
      identity: edge,
      kind: "nginx",
      hops: 1,
      scopes: ["forward-auth"],
      note: "",
      accepted: await acceptedOf(fixture.deps, edge),
    });
    const { entries } = await fixture.harness.newEntries(fixture.finish);
    const lines = await fixture.report(id);
    expect(lines.map(({ outcome }) => outcome).toSorted()).toEqual(["done", "refused"]);
    expect(lines.find(({ outcome }) => outcome === "refused")).toMatchObject({
      code: "identity.confers-power",
      entryId: expect.stringMatching(/^ent_/) as string,
    });
    expect(entries.filter(({ action }) => action === "request.refused")).toMatchObject([
      { outcome: "denied", correlationId: id, actor: { id: who.id } },
    ]);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      refused: 1,
    });
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
});
