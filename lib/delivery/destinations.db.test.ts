import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { roles } from "@/lib/access/roles";
import { isAppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { operatorActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { listDeliveries } from "./read-deliveries";
import { getDestination, listDestinations } from "./read-destinations";
import { removeDestination } from "./remove-destination";
import type { DestinationConfig, DestinationInput } from "./schema";
import { testDestination } from "./test-destination";
import { updateDestination } from "./update-destination";

let harness: Harness;
let deps: Deps;
let count = 0;
beforeAll(async () => {
  harness = await openHarness();
  deps = { ...harness.deps, delivery: { key: new Uint8Array(randomBytes(32)), allow: [] } };
});
afterAll(() => harness.close());

const webhook: DestinationConfig = {
  kind: "webhook",
  url: "https://hooks.example.com/alerts?token=abc",
  ca: "",
};
const syslog: DestinationConfig = {
  kind: "syslog",
  host: "192.0.2.14",
  port: 6514,
  transport: "tls",
  facility: 13,
  ca: "",
};
const input = (
  config: DestinationConfig,
  over: Partial<DestinationInput> = {},
): DestinationInput => ({ name: `place ${++count}`, config, minSeverity: "medium", ...over });
const refusal = (work: Promise<unknown>): Promise<readonly [string, string | undefined, string]> =>
  work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return [error.code, error.findings[0]?.path, error.message];
    },
  );

describe("who may do what", () => {
  const other = (role: Actor["role"]): Actor => operatorActor({ role });
  test.each(roles.filter((role) => role !== "admin"))(
    "%s adds, changes, tests and removes nothing",
    async (role) => {
      const { id } = (await createDestination(deps, system, input(webhook))).result;
      for (const work of [
        () => createDestination(deps, other(role), input(webhook)),
        () => updateDestination(deps, other(role), id, { name: "mine" }),
        () => testDestination(deps, other(role), id),
        () => removeDestination(deps, other(role), id, { comment: "" }),
      ])
        expect((await refusal(work()))[0]).toBe("forbidden");
      expect(await getDestination(deps, system, id)).toMatchObject({ status: "active" });
      expect((await listDeliveries(deps, system, id)).items).toEqual([]);
    },
  );
  test.each(["operator", "approver", "service"] as const)(
    "%s does not even see them",
    async (role) => {
      for (const work of [
        () => listDestinations(deps, other(role)),
        () => getDestination(deps, other(role), "dst_1"),
        () => listDeliveries(deps, other(role), "dst_1"),
      ])
        expect((await refusal(work()))[0]).toBe("forbidden");
    },
  );
  test("an auditor sees them", async () => {
    expect((await listDestinations(deps, other("auditor"))).items.length).toBeGreaterThan(0);
  });
});

describe("each action is recorded", () => {
  test("with what was changed, from and to, without secrets", async () => {
    const {
      result: made,
      entries: [created],
    } = await harness.during(() => createDestination(deps, system, input(syslog)));
    expect(created).toMatchObject({
      action: "destination.created",
      target: { kind: "destination", id: made.result.id, label: made.result.name },
      details: {
        kind: "syslog",
        name: made.result.name,
        address: "192.0.2.14:6514 (TLS)",
        minSeverity: "medium",
      },
    });
    const {
      entries: [updated],
    } = await harness.during(() =>
      updateDestination(deps, system, made.result.id, {
        config: {
          ...syslog,
          port: 514,
          ca: "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----",
        },
        minSeverity: "critical",
        status: "paused",
      }),
    );
    expect(updated?.details).toMatchObject({
      changes: {
        port: { from: "6514", to: "514" },
        ca: { from: "", to: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown },
        minSeverity: { from: "medium", to: "critical" },
        status: { from: "active", to: "paused" },
      },
    });
    const {
      entries: [removed],
    } = await harness.during(() =>
      removeDestination(deps, system, made.result.id, { comment: "moved" }),
    );
    expect(removed).toMatchObject({ action: "destination.removed", details: { comment: "moved" } });
  });
  test("and without its entry nothing changes", async () => {
    const { id } = (await createDestination(deps, system, input(webhook))).result;
    await harness.withoutRecord(async () => {
      for (const work of [
        () => createDestination(deps, system, input(webhook, { name: "unrecorded" })),
        () => updateDestination(deps, system, id, { name: "unrecorded" }),
        () => removeDestination(deps, system, id, { comment: "" }),
        () => testDestination(deps, system, id),
      ])
        expect((await refusal(work()))[0]).toBe("record.unavailable");
    });
    expect(
      (await listDestinations(deps, system)).items.some(({ name }) => name === "unrecorded"),
    ).toBe(false);
    expect(await getDestination(deps, system, id)).toMatchObject({ status: "active" });
    await expect(
      deps.db.pool.query("update destination set name = 'by hand' where id = $1", [id]),
    ).rejects.toThrow(/without an entry/);
    await expect(deps.db.pool.query("delete from destination where id = $1", [id])).rejects.toThrow(
      /permission denied|never deleted|delete/i,
    );
  });
});

test("a removed destination is gone from the list, keeps its history, frees its name, and can't be changed or tested any more", async () => {
  const { id, name } = (await createDestination(deps, system, input(webhook))).result;
  await removeDestination(deps, system, id, { comment: "" });
  expect((await listDestinations(deps, system)).items.some((one) => one.id === id)).toBe(false);
  expect(await getDestination(deps, system, id)).toMatchObject({
    status: "removed",
    hasSecret: false,
  });
  expect((await createDestination(deps, system, input(webhook, { name }))).result).toMatchObject({
    name,
  });
  for (const work of [
    () => updateDestination(deps, system, id, { status: "active" }),
    () => testDestination(deps, system, id),
    () => removeDestination(deps, system, id, { comment: "" }),
  ])
    expect((await refusal(work()))[0]).toBe("destination.not-found");
});
