import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import type { AccountRole } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import { openAlert } from "@/lib/delivery/testdata/alert";
import { isAppError } from "@/lib/errors/app-error";
import { testActor } from "@/lib/log/testdata/actor";
import { openHarness, system, type Harness } from "@/server/api/testing/harness";
import { acknowledgeAlert, assignAlert, resolveAlert } from "./answer-alert";
import { listAssignees } from "./assignees";
import { exceptAlert } from "./except-alert";
import { getAlert } from "./get-alert";
import { exceptionInput, type AlertDto } from "./schema";

let harness: Harness;
const ids: Record<string, string> = {};
const account = async (name: string, role: AccountRole): Promise<void> => {
  ids[name] = (
    await createAccount(harness.deps, system, {
      email: `${name}@example.com`,
      name: "The same name",
      role,
      password: "a long passphrase of words",
    })
  ).id;
};
beforeAll(async () => {
  harness = await openHarness();
  for (const [name, role] of [
    ["admin", "admin"],
    ["operator", "operator"],
    ["second", "operator"],
    ["left", "operator"],
    ["demoted", "operator"],
    ["auditor", "auditor"],
    ["approver", "approver"],
  ] as const)
    await account(name, role);
  await updateAccount(harness.deps, system, ids["left"] ?? "", { status: "disabled" });
});
afterAll(() => harness.close());

const as = (name: "operator" | "second" | "admin"): Actor =>
  testActor({
    id: ids[name] ?? "",
    label: `${name}@example.com`,
    role: name === "admin" ? "admin" : "operator",
  });
const label = (name: string) => ({ id: ids[name], label: `${name}@example.com` });
const fresh = () => openAlert(harness.deps);
const assign = (id: string, to: string | null, who: Actor = as("operator"), from?: string | null) =>
  assignAlert(harness.deps, who, id, { to, ...(from === undefined ? {} : { from }) });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

describe("whom an alert can be given to", () => {
  test("is everybody active who may answer alerts, by label and id alone", async () => {
    expect(await listAssignees(harness.deps, as("operator"))).toEqual(
      ["admin", "demoted", "operator", "second"].map(label),
    );
  });

  test.each(["approver", "auditor", "service"] as const)(
    "is not told to %s, who gives none",
    async (role) => {
      expect(await codeOf(listAssignees(harness.deps, testActor({ role })))).toBe("forbidden");
    },
  );

  test.each([
    ["usr_none", "alert.assignee"],
    ["", "alert.assignee"],
    ["left", "alert.assignee-disabled"],
    ["auditor", "alert.assignee-role"],
    ["approver", "alert.assignee-role"],
  ])("is not %s (%s), and nothing changes", async (who, code) => {
    const id = await fresh(),
      { entries } = await harness.during(async () => {
        expect(await codeOf(assign(id, ids[who] ?? who))).toBe(code);
      });
    expect(entries).toEqual([]);
    expect((await getAlert(harness.deps, system, id)).alert.assignedTo).toBeNull();
  });

  test("is not whoever loses the right at the same moment", async () => {
    const id = await fresh(),
      demoted = ids["demoted"] ?? "";
    const [assigned] = await Promise.all([
      codeOf(assign(id, demoted)),
      updateAccount(harness.deps, system, demoted, { role: "auditor" }),
    ]);
    expect(["done", "alert.assignee-role"]).toContain(assigned);
    expect(await codeOf(assign(id, demoted, as("admin")))).toBe("alert.assignee-role");
  });
});

describe("the entry of an assignment", () => {
  test("says from whom and to whom, both by id and label, and so does its sentence", async () => {
    const id = await fresh(),
      { entries } = await harness.during(async () => {
        for (const to of ["operator", "second", null])
          await assign(id, to === null ? null : (ids[to] ?? ""));
        expect(await assign(id, null)).toMatchObject({ unchanged: true });
      });
    expect(entries.map(({ details, reason }) => [details, reason])).toEqual([
      [{ assignee: label("operator"), previous: null }, null],
      [{ assignee: label("second"), previous: label("operator") }, null],
      [{ assignee: null, previous: label("second") }, null],
      [{ assignee: null, previous: null }, "no-change"],
    ]);
    await harness.deps.db.pool.query("select tlog.index_batch(100000)");
    const { history } = await getAlert(harness.deps, system, id);
    expect(
      history
        .slice(1)
        .map(({ sentence }) => sentence.replace(/the alert .*?\.example\.com(?= |\.$)/, "it")),
    ).toEqual([
      expect.stringMatching(/assigned .* to operator@example\.com\.$/),
      expect.stringMatching(
        /assigned .* to second@example\.com instead of operator@example\.com\.$/,
      ),
      expect.stringMatching(/took .* from second@example\.com\.$/),
      expect.stringMatching(/took the assignment off/),
    ]);
  });
});

describe("two people who answer the same alert at the same time", () => {
  const first = (id: string): Promise<AlertDto> =>
    resolveAlert(harness.deps, as("admin"), id, {
      resolution: "malicious",
      comment: "The key was stolen.",
    });

  test("who acknowledges what was resolved is told by whom, as what and why, and changes nothing", async () => {
    const id = await fresh(),
      resolved = await first(id);
    for (const late of [
      () => acknowledgeAlert(harness.deps, as("second"), id, { comment: "I look" }),
      () =>
        resolveAlert(harness.deps, as("second"), id, { resolution: "expected", comment: "a test" }),
      () => assign(id, ids["second"] ?? "", as("second")),
    ]) {
      await expect(late()).rejects.toMatchObject({
        code: "alert.resolved",
        kind: "conflict",
        message:
          "admin@example.com has resolved this alert already, as malicious: The key was stolen. Nothing was changed. If it happens again, a new alert opens.",
      });
    }
    const { entryId: _, ...before } = resolved;
    expect((await getAlert(harness.deps, system, id)).alert).toEqual(before);
  });

  test("who resolves keeps who acknowledged, and both comments stand in the record", async () => {
    const id = await fresh(),
      { entries } = await harness.during(async () => {
        await acknowledgeAlert(harness.deps, as("second"), id, { comment: "I look" });
        expect(await first(id)).toMatchObject({
          status: "resolved",
          acknowledged: { by: "second@example.com" },
          resolved: { by: "admin@example.com" },
        });
      });
    expect(entries.map(({ details }) => details["comment"])).toEqual([
      "I look",
      "The key was stolen.",
    ]);
  });

  test("who acknowledges second is told who was first, and keeps the comment on the record", async () => {
    const id = await fresh(),
      { entries } = await harness.during(async () => {
        expect(await acknowledgeAlert(harness.deps, as("admin"), id)).not.toHaveProperty(
          "unchanged",
        );
        expect(
          await acknowledgeAlert(harness.deps, as("second"), id, { comment: "saw it, too" }),
        ).toMatchObject({ unchanged: true, acknowledged: { by: "admin@example.com" } });
      });
    expect(entries.at(-1)).toMatchObject({
      action: "alert.acknowledged",
      reason: "no-change",
      details: { comment: "saw it, too" },
    });
  });

  test("of many who resolve, acknowledge and assign in the same moment exactly one resolves; whoever came before is kept, whoever came after is told", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await fresh(),
        { result, entries } = await harness.during(() =>
          Promise.all([
            ...["one", "two", "three"].map((comment) =>
              codeOf(resolveAlert(harness.deps, as("admin"), id, { resolution: "fixed", comment })),
            ),
            ...["four", "five"].map((comment) =>
              codeOf(acknowledgeAlert(harness.deps, as("second"), id, { comment })),
            ),
            codeOf(assign(id, ids["second"] ?? "")),
          ]),
        );
      expect(result.slice(0, 3).toSorted()).toEqual(["alert.resolved", "alert.resolved", "done"]);
      expect(new Set(result)).toEqual(new Set(["done", "alert.resolved"]));
      expect(entries).toHaveLength(result.filter((code) => code === "done").length);
      expect(entries.at(-1)?.action, "nothing comes after the resolution").toBe("alert.resolved");
    }
  });

  test("who makes an exception from what was just resolved gets it, and is told how the alert had ended", async () => {
    const input = (alertId: string) => ({
      ...exceptionInput.parse({
        rule: "revoked-used",
        subjectKind: "identity",
        subjectId: "idn_1",
        days: 3,
        comment: "a test of ours",
        alertId,
      }),
      resolve: true,
    });
    const id = await fresh();
    await first(id);
    expect(await exceptAlert(harness.deps, as("second"), input(id))).toMatchObject({
      endedAt: null,
      resolvedBefore: {
        by: "admin@example.com",
        resolution: "malicious",
        comment: "The key was stolen.",
      },
    });
    expect((await getAlert(harness.deps, system, id)).alert.resolved).toMatchObject({
      resolution: "malicious",
    });
    const other = await fresh();
    expect(await exceptAlert(harness.deps, as("second"), input(other))).toMatchObject({
      resolvedBefore: null,
    });
    expect((await getAlert(harness.deps, system, other)).alert.resolved).toMatchObject({
      by: "second@example.com",
      resolution: "expected",
    });
  });

  test("who assigns what somebody else has just assigned is told to whom, and overwrites nothing; without a `from` the last one counts", async () => {
    const id = await fresh(),
      second = ids["second"] ?? "",
      operator = ids["operator"] ?? "";
    await assign(id, second, as("admin"), null);
    await expect(assign(id, operator, as("operator"), null)).rejects.toMatchObject({
      code: "alert.reassigned",
      kind: "conflict",
      message: expect.stringContaining("second@example.com") as string,
    });
    expect((await getAlert(harness.deps, system, id)).alert.assignedTo).toEqual(label("second"));
    expect(await assign(id, second, as("operator"), null), "both meant the same").toMatchObject({
      unchanged: true,
    });
    expect(await assign(id, operator, as("operator"), second)).toMatchObject({
      assignedTo: label("operator"),
    });
    expect(await assign(id, null)).toMatchObject({ assignedTo: null });
    const both = await Promise.all([
      codeOf(assign(id, second, as("admin"), null)),
      codeOf(assign(id, operator, as("operator"), null)),
    ]);
    expect(both.toSorted()).toEqual(["alert.reassigned", "done"]);
  });
});
