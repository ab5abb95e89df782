import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDestination } from "@/lib/delivery/create-destination";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { recordEntry } from "@/lib/log/record/record-entry";
import { adminActor, anonymousActor, operatorActor } from "@/testing/actors";
import { insertTestAccount } from "@/testing/accounts";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { confirmStep, dismissChecklist } from "./answer-checklist";
import { getChecklist } from "./get-checklist";
import { confirmableSteps, stepConfirmation, type ChecklistStep } from "./schema";

const admin = adminActor();
let harness: Harness;
beforeEach(async () => {
  harness = await createTestCa({ sequencer: true });
});
afterEach(() => harness.close());

const read = async (place: Parameters<typeof getChecklist>[2] = "data") => {
  await harness.sequence();
  return getChecklist(harness.deps, admin, place);
};
const isDone = async (name: ChecklistStep["name"]): Promise<boolean | undefined> =>
  (await read())?.steps.find((step) => step.name === name)?.done;

describe("after the setup", () => {
  test("nothing is done yet, and the list names the root to trust", async () => {
    const checklist = await read();
    expect(checklist?.steps.map(({ name, done }) => [name, done])).toEqual([
      ["trust-root", false],
      ["first-certificate", false],
      ["alert-destination", false],
      ["second-administrator", false],
      ["keep-verifier-key", false],
      ["move-kek", false],
    ]);
    const [root] = await harness.asSuper("select id from authority where kind = 'root'");
    expect(checklist?.rootId).toBe(root?.["id"]);
  });

  test("a certificate of a service counts, and none of Chancery's own", async () => {
    expect(await isDone("first-certificate")).toBe(false);
    const identity = await createTestIdentity(harness.deps);
    expect(await isDone("first-certificate")).toBe(false);
    const input = { profile: "tls-server", identity, csr: await makeCsr() };
    await issueCertificate(harness.deps, admin, input);
    expect(await isDone("first-certificate")).toBe(true);
  });

  test("a destination counts as long as it exists", async () => {
    const deps = { ...harness.deps, delivery: { key: new Uint8Array(32), allow: ["127.0.0.1"] } };
    const { result } = await createDestination(deps, admin, {
      name: "hook",
      config: { kind: "webhook", url: "http://127.0.0.1:9/hook", ca: "" },
      minSeverity: "low",
    });
    expect(await isDone("alert-destination")).toBe(true);
    await removeDestination(deps, admin, result.id, { comment: "" });
    expect(await isDone("alert-destination")).toBe(false);
  });

  test("a second administrator counts once able to sign in, and no longer when disabled or of another role", async () => {
    const input = { email: "second@example.com", name: "Second", role: "admin" } as const;
    await createAccount(harness.deps, admin, input);
    expect(await isDone("second-administrator")).toBe(false);
    await insertTestAccount(harness.deps, "operator");
    expect(await isDone("second-administrator")).toBe(false);
    const { id } = await insertTestAccount(harness.deps, "admin");
    expect(await isDone("second-administrator")).toBe(true);
    await updateAccount(harness.deps, admin, id ?? "", { status: "disabled" });
    expect(await isDone("second-administrator")).toBe(false);
  });

  test("the KEK is dealt with where it isn't in the data folder, without a confirmation", async () => {
    const stepAt = async (place: "data" | "elsewhere" | "unknown") =>
      (await read(place))?.steps.find(({ name }) => name === "move-kek");
    expect(await stepAt("data")).toMatchObject({ done: false, confirmable: true });
    expect(await stepAt("unknown")).toMatchObject({ done: false, confirmable: true });
    expect(await stepAt("elsewhere")).toMatchObject({ done: true, confirmable: false });
  });
});

describe("what can only be said", () => {
  test.each(confirmableSteps)(
    "%s is done once an administrator confirms it, with an entry",
    async (step) => {
      const { result, entryId } = await confirmStep(harness.deps, admin, { step });
      expect(result).toBeNull();
      const found = (await read())?.steps.find(({ name }) => name === step);
      expect(found).toMatchObject({ done: true, confirmedBy: admin.label });
      const entry = (await harness.entries()).find(({ id }) => id === entryId);
      expect(entry).toMatchObject({ action: "setup.step-confirmed", details: { step } });
    },
  );

  test.each(["first-certificate", "alert-destination", "second-administrator", "", "all"])(
    "an administrator can't confirm %j",
    (step) => {
      expect(stepConfirmation.safeParse({ step }).success).toBe(false);
    },
  );

  test("an entry that names such a step changes nothing, and neither does a failure", async () => {
    const said = (step: string, outcome: "success" | "failure") =>
      recordEntry(harness.deps.recorder, admin, {
        action: "setup.step-confirmed",
        outcome,
        target: null,
        details: { step },
      });
    await said("second-administrator", "success");
    await said("trust-root", "failure");
    expect(await isDone("second-administrator")).toBe(false);
    expect(await isDone("trust-root")).toBe(false);
  });

  test("a dismissed list is shown to no administrator, with an entry that says who dismissed it", async () => {
    const { entryId } = await dismissChecklist(harness.deps, admin);
    expect(await read()).toBeNull();
    const entry = (await harness.entries()).find(({ id }) => id === entryId);
    expect(entry).toMatchObject({
      action: "setup.checklist-dismissed",
      actor: { label: admin.label },
    });
  });
});

describe("anyone but an administrator", () => {
  const others = [
    operatorActor(),
    operatorActor({ role: "auditor" }),
    operatorActor({ role: "approver" }),
    operatorActor({ role: "service", kind: "token" }),
    anonymousActor(),
  ];
  test.each(others)(
    "$role neither reads nor answers the list, and no entry is written",
    async (actor) => {
      const before = (await harness.entries()).length;
      const attempts = [
        getChecklist(harness.deps, actor, "data"),
        confirmStep(harness.deps, actor, { step: "trust-root" }),
        dismissChecklist(harness.deps, actor),
      ];
      const codes = (await Promise.allSettled(attempts)).map((outcome) =>
        outcome.status === "rejected" ? (outcome.reason as { code?: string }).code : "done",
      );
      const code = actor.role === null ? "unauthenticated" : "forbidden";
      expect(codes).toEqual([code, code, code]);
      expect(await harness.entries()).toHaveLength(before);
    },
  );
});
