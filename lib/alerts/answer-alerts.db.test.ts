import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { createAccount } from "@/lib/accounts/create-account";
import { isAppError } from "@/lib/errors/app-error";
import { operatorActor, system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { openHarness, type Harness } from "@/testing/harness";
import { acknowledgeAlert, resolveAlert } from "./answer-alert";
import { answerAlerts } from "./answer-alerts";
import { getAlert } from "./get-alert";
import { listAlerts } from "./list-alerts";
import { previewAnswers } from "./preview-answers";
import {
  type AnswerLine,
  type AnswerManyInput,
  maxAlertsAtOnce,
  type PreviewManyInput,
} from "./schema";

let harness: Harness, operator: Actor;

beforeAll(async () => {
  harness = await openHarness();
  const { id } = (
    await createAccount(harness.deps, system, {
      email: "operator@example.com",
      name: "Operator",
      role: "operator",
    })
  ).result;
  operator = operatorActor({ id, label: "operator@example.com", role: "operator" });
});
afterEach(async () => {
  const { items } = await listAlerts(harness.deps, system, { status: "unresolved", limit: 200 });
  for (const { id } of items)
    await resolveAlert(harness.deps, system, id, { resolution: "fixed", comment: "cleaned up" });
});
afterAll(() => harness.close());

const open = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => openAlert(harness.deps)));
const acknowledge = { act: "acknowledge" } as const;
const resolve = { act: "resolve", resolution: "expected", comment: "a planned test" } as const;
/** How many lines of the report have each outcome, and those that were refused. */
const answer = async (input: AnswerManyInput, who = operator) => {
  const { lines } = await answerAlerts(harness.deps, who, input);
  const of = (outcome: AnswerLine["outcome"]) => lines.filter((line) => line.outcome === outcome);
  return {
    changed: of("changed").length,
    unchanged: of("unchanged").length,
    refused: of("refused"),
    untried: of("untried").length,
  };
};
const preview = (input: PreviewManyInput, who = operator) =>
  previewAnswers(harness.deps, who, input);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
const statusOf = async (id: string) => (await getAlert(harness.deps, system, id)).alert.status;

describe("several alerts at once", () => {
  test("acknowledging 16 alerts makes one entry for each, and what was acknowledged before gets none", async () => {
    const ids = await open(16);
    await acknowledgeAlert(harness.deps, operator, ids[0] ?? "");
    const { result, entries } = await harness.during(() =>
      answer({ selection: { ids }, answer: acknowledge }),
    );
    expect(result).toEqual({ changed: 15, unchanged: 1, refused: [], untried: 0 });
    expect(entries.map(({ action, target }) => [action, target?.id])).toEqual(
      ids.slice(1).map((id) => ["alert.acknowledged", id]),
    );
  });

  test("an ID that is named twice is answered once", async () => {
    const [id = ""] = await open(1);
    expect(await answer({ selection: { ids: [id, id] }, answer: resolve })).toMatchObject({
      changed: 1,
      refused: [],
    });
  });

  test("all that the filters match are resolved with the same resolution and comment", async () => {
    const ids = await open(3);
    expect(
      await answer({
        selection: { filter: { status: "unresolved" }, count: 3 },
        answer: resolve,
      }),
    ).toEqual({ changed: 3, unchanged: 0, refused: [], untried: 0 });
    for (const id of ids)
      expect((await getAlert(harness.deps, system, id)).alert.resolved).toMatchObject({
        resolution: "expected",
        comment: "a planned test",
      });
  });

  test("all are assigned to one user, and an unknown user is refused for each with an entry", async () => {
    const ids = await open(2);
    const to = operator.id;
    expect(await answer({ selection: { ids }, answer: { act: "assign", to } })).toMatchObject({
      changed: 2,
    });
    expect(await answer({ selection: { ids }, answer: { act: "assign", to } })).toMatchObject({
      changed: 0,
      unchanged: 2,
    });
    const { result, entries } = await harness.during(() =>
      answer({ selection: { ids }, answer: { act: "assign", to: "usr_none" } }),
    );
    expect(result.refused.map(({ code }) => code)).toEqual(["alert.assignee", "alert.assignee"]);
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ["request.refused", "failure"],
      ["request.refused", "failure"],
    ]);
  });
});

describe("refusals", () => {
  test("one more alert than the list showed refuses everything, and nothing changes", async () => {
    const ids = await open(3);
    const { entries } = await harness.during(async () => {
      expect(
        await codeOf(
          answer({ selection: { filter: { status: "open" }, count: 2 }, answer: acknowledge }),
        ),
      ).toBe("alert.count-changed");
    });
    expect(entries).toEqual([]);
    expect(await Promise.all(ids.map(statusOf))).toEqual(["open", "open", "open"]);
  });

  test("what can't be answered is refused with its reason and an entry, and the others are answered", async () => {
    const [resolved = "", about = "", fine = ""] = [
      ...(await open(1)),
      await openAlert(harness.deps, {
        subject: { kind: "user", id: operator.id ?? "", label: operator.label },
      }),
      ...(await open(1)),
    ];
    await resolveAlert(harness.deps, system, resolved, { resolution: "fixed", comment: "done" });
    const { result, entries } = await harness.during(() =>
      answer({ selection: { ids: [resolved, about, "alr_none", fine] }, answer: resolve }),
    );
    expect(result).toMatchObject({ changed: 1, untried: 0 });
    expect(result.refused.map(({ id, code }) => [id, code])).toEqual([
      [resolved, "alert.resolved"],
      [about, "alert.own-resolution"],
      ["alr_none", "alert.not-found"],
    ]);
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ["request.refused", "failure"],
      ["request.refused", "denied"],
      ["request.refused", "failure"],
      ["alert.resolved", "success"],
    ]);
    expect(await statusOf(about)).toBe("open");
  });

  test.each(["approver", "auditor", "service"] as const)("a %s answers none", async (role) => {
    const ids = await open(1);
    expect(
      await codeOf(answer({ selection: { ids }, answer: acknowledge }, operatorActor({ role }))),
    ).toBe("forbidden");
  });

  test.each([
    ["no ID", { ids: [] }],
    ["more IDs than the limit", { ids: Array.from({ length: maxAlertsAtOnce + 1 }, () => "a") }],
    ["an unknown filter", { filter: { colour: "red" }, count: 1 }],
    ["IDs and a filter", { ids: ["alr_a"], filter: {}, count: 1 }],
  ])("%s is refused before anything is read", async (_what, selection) => {
    await expect(
      answer({ selection, answer: acknowledge } as unknown as AnswerManyInput),
    ).rejects.toThrow(/too_|unrecognized|invalid/);
  });

  test("resolving without a comment is refused", async () => {
    const ids = await open(1);
    await expect(
      answer({ selection: { ids }, answer: { ...resolve, comment: "" } }),
    ).rejects.toThrow("Enter a short reason.");
    expect(await statusOf(ids[0] ?? "")).toBe("open");
  });
});

describe("the dry run", () => {
  test("says what would change, what already has and what is refused, and changes and records nothing", async () => {
    const [resolved = "", done = "", about = "", fine = ""] = [
      ...(await open(2)),
      await openAlert(harness.deps, {
        subject: { kind: "user", id: operator.id ?? "", label: operator.label },
      }),
      ...(await open(1)),
    ];
    await resolveAlert(harness.deps, system, resolved, { resolution: "fixed", comment: "done" });
    await acknowledgeAlert(harness.deps, operator, done);
    const ids = [resolved, done, about, "alr_none", fine];
    const before = await harness.during(async () => ({
      acknowledging: await preview({ selection: { ids }, answer: acknowledge }),
      resolving: await preview({ selection: { ids }, answer: { act: "resolve" } }),
    }));
    expect(before.entries).toEqual([]);
    const { acknowledging, resolving } = before.result;
    expect(acknowledging).toMatchObject({ selected: 5, count: 2, unchanged: 1, missing: 1 });
    expect(acknowledging.refused.map(({ code, count }) => [code, count])).toEqual([
      ["alert.resolved", 1],
    ]);
    expect(resolving).toMatchObject({ count: 2, unchanged: 0 });
    expect(resolving.refused.map(({ code, count }) => [code, count])).toEqual([
      ["alert.resolved", 1],
      ["alert.own-resolution", 1],
    ]);
    expect(await Promise.all([about, fine].map(statusOf))).toEqual(["open", "open"]);
  });

  test.each(["acknowledge", "resolve"] as const)(
    "of %s announces exactly what the action then does",
    async (act) => {
      await open(3);
      await openAlert(harness.deps, {
        subject: { kind: "user", id: operator.id ?? "", label: operator.label },
      });
      const selection = { filter: { status: "unresolved" as const }, count: 4 };
      const { count, refused, severities } = await preview({ selection, answer: { act } });
      expect(severities.reduce((sum, each) => sum + each.count, 0)).toBe(count);
      const done = await answer({ selection, answer: act === "resolve" ? resolve : acknowledge });
      expect(done.changed).toBe(count);
      expect(done.refused.length).toBe(refused.reduce((sum, each) => sum + each.count, 0));
    },
  );

  test("with another number than the list showed is refused, as the action would be", async () => {
    await open(2);
    const selection = { filter: { status: "open" as const }, count: 1 };
    expect(await codeOf(preview({ selection, answer: acknowledge }))).toBe("alert.count-changed");
  });

  test.each(["approver", "auditor", "service"] as const)("is refused to a %s", async (role) => {
    const ids = await open(1);
    const who = operatorActor({ role });
    expect(await codeOf(preview({ selection: { ids }, answer: acknowledge }, who))).toBe(
      "forbidden",
    );
  });
});

test("the report has a line for each alert, in the order of the selection, with its summary and why", async () => {
  const [first = "", second = ""] = await open(2);
  await acknowledgeAlert(harness.deps, operator, second);
  const { lines } = await answerAlerts(harness.deps, operator, {
    selection: { ids: ["alr_none", second, first] },
    answer: acknowledge,
  });
  expect(lines.map(({ id, outcome, code }) => [id, outcome, code])).toEqual([
    ["alr_none", "refused", "alert.not-found"],
    [second, "unchanged", null],
    [first, "changed", null],
  ]);
  expect(lines[0]).toMatchObject({ summary: "alr_none", message: expect.any(String) });
  expect(lines[2]?.summary).toBe((await getAlert(harness.deps, system, first)).alert.summary);
});
