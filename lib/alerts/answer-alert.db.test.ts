import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { createAccount } from "@/lib/accounts/create-account";
import type { AccountRole } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import { isAppError } from "@/lib/errors/app-error";
import { operatorActor, system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { openHarness, type Harness } from "@/testing/harness";
import { acknowledgeAlert, assignAlert, resolveAlert } from "./answer-alert";
import { listAssignees } from "./find-assignees";
import { getAlert } from "./get-alert";
import { createExceptionForAlert } from "./manage-exceptions";
import { exceptionInput, type AlertDto } from "./schema";

let harness: Harness;
const ids: Record<string, string> = {};
const account = async (name: string, role: AccountRole): Promise<void> => {
  ids[name] = (
    await createAccount(harness.deps, system, {
      email: `${name}@example.com`,
      name: "The same name",
      role,
    })
  ).result.id;
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
  operatorActor({
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

test("what was just done to an alert is in the history of the answer to the next question", async () => {
  const id = await fresh();
  for (const [at, who] of (["operator", "second", "operator", "second"] as const).entries()) {
    await assign(id, ids[who] ?? "");
    const { history } = await getAlert(harness.deps, as("operator"), id);
    expect(history.filter(({ action }) => action === "alert.assigned")).toHaveLength(at + 1);
  }
});

describe("whom an alert can be given to", () => {
  test("is everybody active who may answer alerts, by label and id alone", async () => {
    expect(await listAssignees(harness.deps, as("operator"))).toEqual(
      ["admin", "demoted", "operator", "second"].map(label),
    );
  });

  test.each(["approver", "auditor", "service"] as const)(
    "is not told to %s, who gives none",
    async (role) => {
      expect(await codeOf(listAssignees(harness.deps, operatorActor({ role })))).toBe("forbidden");
    },
  );

  test.each([
    ["usr_none", "alert.assignee"],
    ["", "alert.assignee"],
    ["left", "alert.assignee-disabled"],
    ["auditor", "alert.assignee-role"],
    ["approver", "alert.assignee-role"],
  ])("is not %s (%s), and nothing changes", async (who, code) => {
    const id = await fresh();
    const { entries } = await harness.during(async () => {
      expect(await codeOf(assign(id, ids[who] ?? who))).toBe(code);
    });
    expect(entries).toEqual([]);
    expect((await getAlert(harness.deps, system, id)).alert.assignedTo).toBeNull();
  });

  test("an alert can't be assigned to a user who loses the permission at the same moment", async () => {
    const id = await fresh();
    const demoted = ids["demoted"] ?? "";
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
    const id = await fresh();
    const { entries } = await harness.during(async () => {
      for (const to of ["operator", "second", null])
        await assign(id, to === null ? null : (ids[to] ?? ""));
      expect((await assign(id, null)).result).toMatchObject({ unchanged: true });
    });
    expect(entries.map(({ details, reason }) => [details, reason])).toEqual([
      [{ assignee: label("operator"), previous: null }, null],
      [{ assignee: label("second"), previous: label("operator") }, null],
      [{ assignee: null, previous: label("second") }, null],
      [{ assignee: null, previous: null }, "no-change"],
    ]);
    await harness.sequence();
    const { history } = await getAlert(harness.deps, system, id);
    expect(
      history
        .slice(1)
        .map(({ sentence }) => sentence.replace(/alert .*?\.example\.com(?= |\.$)/, "it")),
    ).toEqual([
      expect.stringMatching(/assigned .* to operator@example\.com\.$/),
      expect.stringMatching(/reassigned .* from operator@example\.com to second@example\.com\.$/),
      expect.stringMatching(/unassigned .* from second@example\.com\.$/),
      expect.stringMatching(/unassigned alert .*payments\.$/),
    ]);
  });
});

describe("two people who answer the same alert at the same time", () => {
  const first = async (id: string): Promise<AlertDto> =>
    (
      await resolveAlert(harness.deps, as("admin"), id, {
        resolution: "malicious",
        comment: "The key was stolen.",
      })
    ).result;

  test("acknowledging a resolved alert changes nothing and says who resolved it, as what and why", async () => {
    const id = await fresh();
    const resolved = await first(id);
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
          "admin@example.com has already resolved this alert as malicious: The key was stolen. Nothing was changed. If it happens again, a new alert opens.",
      });
    }
    expect((await getAlert(harness.deps, system, id)).alert).toEqual(resolved);
  });

  test("resolving an alert keeps who acknowledged it, and the audit log has both comments", async () => {
    const id = await fresh();
    const { entries } = await harness.during(async () => {
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

  test("a second acknowledgment says who was first, and the audit log keeps its comment", async () => {
    const id = await fresh();
    const { entries } = await harness.during(async () => {
      expect((await acknowledgeAlert(harness.deps, as("admin"), id)).result).not.toHaveProperty(
        "unchanged",
      );
      expect(
        (await acknowledgeAlert(harness.deps, as("second"), id, { comment: "saw it, too" })).result,
      ).toMatchObject({ unchanged: true, acknowledged: { by: "admin@example.com" } });
    });
    expect(entries.at(-1)).toMatchObject({
      action: "alert.acknowledged",
      reason: "no-change",
      details: { comment: "saw it, too" },
    });
  });

  test("of many who resolve, acknowledge and assign at the same moment exactly one resolves; earlier answers are kept, later ones learn of it", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await fresh();
      const { result, entries } = await harness.during(() =>
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

  test("an exception made from a just resolved alert is created, and its response says how the alert was resolved", async () => {
    const input = (alertId: string) => ({
      ...exceptionInput.parse({
        rule: "revoked-used",
        subjectKind: "identity",
        subjectId: "idn_1",
        days: 3,
        comment: "our own test",
        alertId,
      }),
      resolve: true,
    });
    const id = await fresh();
    await first(id);
    expect(
      (await createExceptionForAlert(harness.deps, as("second"), input(id))).result,
    ).toMatchObject({
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
    expect(
      (await createExceptionForAlert(harness.deps, as("second"), input(other))).result,
    ).toMatchObject({
      resolvedBefore: null,
    });
    expect((await getAlert(harness.deps, system, other)).alert.resolved).toMatchObject({
      by: "second@example.com",
      resolution: "expected",
    });
  });

  test("assigning an alert that was just assigned says to whom and overwrites nothing; without a `from` the last one wins", async () => {
    const id = await fresh();
    const second = ids["second"] ?? "";
    const operator = ids["operator"] ?? "";
    await assign(id, second, as("admin"), null);
    await expect(assign(id, operator, as("operator"), null)).rejects.toMatchObject({
      code: "alert.reassigned",
      kind: "conflict",
      message: expect.stringContaining("second@example.com") as string,
    });
    expect((await getAlert(harness.deps, system, id)).alert.assignedTo).toEqual(label("second"));
    expect(
      (await assign(id, second, as("operator"), null)).result,
      "both meant the same",
    ).toMatchObject({
      unchanged: true,
    });
    expect((await assign(id, operator, as("operator"), second)).result).toMatchObject({
      assignedTo: label("operator"),
    });
    expect((await assign(id, null)).result).toMatchObject({ assignedTo: null });
    const both = await Promise.all([
      codeOf(assign(id, second, as("admin"), null)),
      codeOf(assign(id, operator, as("operator"), null)),
    ]);
    expect(both.toSorted()).toEqual(["alert.reassigned", "done"]);
  });
});
