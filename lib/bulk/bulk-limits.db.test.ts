import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { updateAccount } from "@/lib/accounts/update-account";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { createToken } from "@/lib/tokens/create-token";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { operatorActor, system } from "@/testing/actors";
import { type BulkFixture, codeOf, openBulkFixture, revoking } from "@/testing/bulk/bulk-fixture";
import { cancelBulkAct } from "./cancel-bulk-act";
import { getBulkAct, listBulkActs, readBulkReport } from "./read-bulk-acts";
import { startBulkInput } from "./schema";
import { startBulkAct } from "./start-bulk-act";
import { problemsOf } from "@/testing/log/problems-of";

let fixture: BulkFixture;
beforeAll(async () => {
  fixture = await openBulkFixture();
});
afterAll(() => fixture.harness.close());

const setHalted = (value: string) =>
  fixture.harness.asSuper(
    `alter table tlog.head disable trigger needs_entry; update tlog.head set halted = ${value}; alter table tlog.head enable always trigger needs_entry`,
  );

const requestOf = ({ address, requestId, correlationId }: Actor) => ({
  address,
  requestId,
  correlationId,
});

describe("what was seen is what is done", () => {
  test("a certificate that changed since the dry run refuses the start, and nothing is recorded", async () => {
    const ids = await fixture.issue(2);
    const { count, sha256 } = await fixture.preview({ ids });
    await revokeCertificate(fixture.deps, fixture.admin, ids[0] ?? "", {
      reason: "certificateHold",
    });
    const input = startBulkInput.parse({ ...revoking, ids, expect: { count, sha256 } });
    const { entries } = await fixture.harness.newEntries(async () => {
      expect(await codeOf(startBulkAct(fixture.deps, fixture.admin, input))).toBe("bulk.changed");
    });
    expect(entries).toEqual([]);
    expect(await fixture.statusOf(ids[1] ?? "")).toBe("valid");
  });

  test("a dry run of another action or reason counts for nothing", async () => {
    const ids = await fixture.issue(1);
    const expect_ = await fixture.preview({ ids });
    for (const over of [{ reason: "keyCompromise" }, { act: "hold", reason: undefined }] as const) {
      const input = startBulkInput.parse({
        ...revoking,
        ids,
        ...over,
        expect: { count: 1, sha256: expect_.sha256 },
      });
      expect(await codeOf(startBulkAct(fixture.deps, fixture.admin, input))).toBe("bulk.changed");
    }
  });

  test("the same started twice at once runs once", async () => {
    const ids = await fixture.issue(2);
    const { count, sha256 } = await fixture.preview({ ids });
    const input = startBulkInput.parse({ ...revoking, ids, expect: { count, sha256 } });
    const codes = await Promise.all(
      [1, 2].map(() => codeOf(startBulkAct(fixture.deps, fixture.admin, input))),
    );
    expect(codes.toSorted()).toEqual(["bulk.running", "done"]);
    await fixture.finish();
    expect(
      (await fixture.actionsOf(ids[0] ?? "")).filter((one) => one === "certificate.revoked"),
    ).toHaveLength(1);
  });

  test("two that overlap change each certificate once", async () => {
    const ids = await fixture.issue(3);
    const first = await fixture.start({ ids: ids.slice(0, 2) });
    const second = await fixture.start({ ids });
    await Promise.all([fixture.finish(), fixture.finish()]);
    for (const id of ids)
      expect(
        (await fixture.actionsOf(id)).filter((one) => one === "certificate.revoked"),
      ).toHaveLength(1);
    const [one, two] = await Promise.all(
      [first, second].map((id) => getBulkAct(fixture.deps, fixture.admin, id)),
    );
    expect((one?.done ?? 0) + (two?.done ?? 0)).toBe(3);
    expect((one?.changed ?? 0) + (two?.changed ?? 0)).toBe(2);
  });
});

describe("who may", () => {
  test.each(["approver", "auditor", "service"] as const)(
    "a %s neither runs dry nor starts nor cancels",
    async (role) => {
      const ids = await fixture.issue(1);
      const who = operatorActor({ role, identityId: fixture.identity });
      const id = await fixture.start({ ids });
      expect(await codeOf(fixture.preview({ ids }, who))).toBe("forbidden");
      expect(await codeOf(fixture.start({ ids }, who))).toBe("forbidden");
      expect(await codeOf(cancelBulkAct(fixture.deps, who, id))).toBe("forbidden");
      await fixture.finish();
    },
  );

  test("a service doesn't read bulk actions, not even about its certificates", async () => {
    const id = await fixture.start({ ids: await fixture.issue(1) });
    const service = operatorActor({ role: "service", identityId: fixture.identity });
    expect(await codeOf(getBulkAct(fixture.deps, service, id))).toBe("forbidden");
    expect(await codeOf(listBulkActs(fixture.deps, service))).toBe("forbidden");
    expect(await codeOf(readBulkReport(fixture.deps, service, id).next())).toBe("forbidden");
    await fixture.finish();
  });

  test("a user who is disabled in the middle changes nothing more, and the end says why", async () => {
    const who = await fixture.user("operator");
    const ids = await fixture.issue(2);
    const id = await fixture.start({ ids }, who);
    await updateAccount(fixture.deps, system, who.id ?? "", { status: "disabled" });
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["valid", "valid"]);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "stopped",
      done: 0,
      cause: `${who.label} can no longer sign in.`,
    });
    expect((await fixture.harness.entriesOf(id)).at(-1)).toMatchObject({
      action: "bulk.stopped",
      details: { untried: 2, total: 2 },
    });
  });

  test("so it is for a user who loses the role, and for a token that is revoked", async () => {
    const who = await fixture.user("operator");
    const ids = await fixture.issue(2);
    const ofUser = await fixture.start({ ids: ids.slice(0, 1) }, who);
    const made = (
      await createToken(fixture.deps, system, {
        name: "bulk",
        role: "operator",
        identityId: null,
        expiresInDays: null,
      })
    ).result;
    const { actor } = await authenticateToken(fixture.deps, made.secret ?? "", requestOf(who));
    if (actor === null) throw new Error("the token must count");
    const ofToken = await fixture.start({ ids: ids.slice(1) }, actor);
    await updateAccount(fixture.deps, system, who.id ?? "", { role: "auditor" });
    await revokeToken(fixture.deps, system, made.id);
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["valid", "valid"]);
    for (const id of [ofUser, ofToken])
      expect((await getBulkAct(fixture.deps, fixture.admin, id)).status).toBe("stopped");
  });

  test("a token that counts does it in its own name", async () => {
    const secret = await fixture.harness.tokenFor("operator");
    const { actor } = await authenticateToken(fixture.deps, secret, requestOf(fixture.admin));
    if (actor === null) throw new Error("the token must count");
    const [id = ""] = await fixture.issue(1);
    await fixture.start({ ids: [id] }, actor);
    await fixture.finish();
    expect((await fixture.harness.entriesOf(id)).at(-1)).toMatchObject({
      action: "certificate.revoked",
      actor: { kind: "token", id: actor.id },
      details: { actorRole: "operator" },
    });
  });
});

describe("ends", () => {
  test("canceled, nothing more is changed, and the entry counts what was", async () => {
    const ids = await fixture.issue(3);
    const id = await fixture.start({ ids });
    const { entryId } = await cancelBulkAct(fixture.deps, fixture.admin, id);
    expect(entryId).toMatch(/^ent_/);
    await fixture.finish();
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["valid", "valid", "valid"]);
    expect((await fixture.report(id)).map(({ outcome }) => outcome)).toEqual([
      "pending",
      "pending",
      "pending",
    ]);
    expect((await fixture.harness.entriesOf(id)).at(-1)).toMatchObject({
      action: "bulk.canceled",
      details: { done: 0, untried: 3 },
    });
    expect(await codeOf(cancelBulkAct(fixture.deps, fixture.admin, id))).toBe("bulk.ended");
  });

  test("canceled while it runs, every certificate is either changed with a line or untouched", async () => {
    const ids = await fixture.issue(12);
    const id = await fixture.start({ ids });
    const running = fixture.finish();
    await cancelBulkAct(fixture.deps, fixture.admin, id).catch(() => null);
    await running;
    const lines = await fixture.report(id);
    for (const line of lines)
      expect(await fixture.statusOf(line.certificateId ?? "")).toBe(
        line.outcome === "done" ? "revoked" : "valid",
      );
    const { done, status } = await getBulkAct(fixture.deps, fixture.admin, id);
    expect(lines.filter(({ outcome }) => outcome === "done")).toHaveLength(done);
    expect((await fixture.harness.entriesOf(id)).at(-1)).toMatchObject({
      action: `bulk.${status}`,
      details: { done },
    });
  });

  test("an unknown one is neither read nor canceled", async () => {
    expect(await codeOf(getBulkAct(fixture.deps, fixture.admin, "blk_none"))).toBe(
      "bulk.not-found",
    );
    expect(await codeOf(cancelBulkAct(fixture.deps, fixture.admin, "blk_none"))).toBe(
      "bulk.not-found",
    );
  });

  test("without the log nothing is changed, and afterwards it continues where it was", async () => {
    const ids = await fixture.issue(3);
    const id = await fixture.start({ ids });
    await fixture.harness.withoutRecord(async () => {
      expect(await codeOf(fixture.turn())).toBe("record.unavailable");
    });
    expect(await Promise.all(ids.map(fixture.statusOf))).toEqual(["valid", "valid", "valid"]);
    await fixture.finish();
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      done: 3,
    });
  });

  test("while the log is halted a release waits, can be canceled, and keeps no revocation waiting", async () => {
    const [held, valid] = await Promise.all([fixture.issue(2), fixture.issue(2)]);
    await fixture.start({ ids: held, act: "hold", reason: undefined });
    await fixture.finish();
    const release = await fixture.start({ ids: held, act: "release", reason: undefined });
    await setHalted(`'{"code":"log.restored"}'`);
    try {
      const revocation = await fixture.start({ ids: valid });
      expect(await codeOf(fixture.turn())).toBe("log.halted");
      expect(await codeOf(fixture.turn())).toBe("log.halted");
      expect(await Promise.all(valid.map(fixture.statusOf))).toEqual(["revoked", "revoked"]);
      expect(await getBulkAct(fixture.deps, fixture.admin, revocation)).toMatchObject({
        status: "finished",
      });
      await cancelBulkAct(fixture.deps, fixture.admin, release);
    } finally {
      await setHalted("null");
    }
    await fixture.finish();
    expect(await Promise.all(held.map(fixture.statusOf))).toEqual(["held", "held"]);
  });

  test("a process that stops in the middle repeats nothing when another one continues", async () => {
    const ids = await fixture.issue(10);
    const id = await fixture.start({ ids });
    const stopping = new AbortController();
    const first = fixture.turn(stopping.signal);
    await expect
      .poll(async () => (await getBulkAct(fixture.deps, fixture.admin, id)).done)
      .toBeGreaterThan(0);
    stopping.abort();
    await Promise.all([first, fixture.finish()]);
    await fixture.finish();
    for (const one of ids)
      expect(
        (await fixture.actionsOf(one)).filter((action) => action === "certificate.revoked"),
      ).toHaveLength(1);
    expect(await getBulkAct(fixture.deps, fixture.admin, id)).toMatchObject({
      status: "finished",
      done: 10,
    });
    expect(
      (await fixture.actionsOf(id)).filter((action) => action === "bulk.finished"),
    ).toHaveLength(1);
  });

  test("a change whose result can't be noted is rolled back with its entry", async () => {
    const [id = ""] = await fixture.issue(1);
    const bulk = await fixture.start({ ids: [id] });
    // Another process has noted the result meanwhile.
    await fixture.harness.asSuper(
      "insert into bulk_result (bulk_id, n, outcome, at) values ($1, 1, 'refused', now())",
      [bulk],
    );
    await fixture.finish();
    expect(await fixture.statusOf(id)).toBe("valid");
    expect(await fixture.actionsOf(id)).not.toContain("certificate.revoked");
  });
});

test("the database refuses a bulk action whose entry names other certificates or another actor", async () => {
  const [id = ""] = await fixture.issue(1);
  const insert = (actor: string, ids: string) => `begin;
    insert into bulk_act (id, act, ids, states, digest, total, reason, comment, actor_kind, actor_id, actor_label, origin, status, created_at)
      values ('blk_forged', 'revoke', array['${ids}'], array['issued'], 'x', 1, 'superseded', '', 'user', '${actor}', 'x', '{}', 'running', now());
    commit;`;
  await expect(fixture.harness.as("app", insert("usr_x", id))).rejects.toThrow(/entry/i);
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(fixture.harness)).toEqual([]);
});
