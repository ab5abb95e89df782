import { factRun } from "@/lib/log/pure/search-tokens";
import { countMatches, endOfLog } from "@/lib/log/segments/find-entries";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedTransaction, uniqueViolation } from "./audited-transaction";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId } from "@/testing/log/entries";

let log: Harness;
beforeAll(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
});
afterAll(async () => {
  await log.close();
});

const identities = (id: string) => log.deps.db.prisma.identity.count({ where: { id } });
const entriesNaming = async (id: string) => {
  await log.sequence();
  return countMatches(log.deps.db, { all: [[factRun("target", id)]], low: 0, high: endOfLog });
};
const create = (id: string, over: Partial<{ name: string; entryFor: string }> = {}) =>
  auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(id, over.name ?? id) });
    return { result: id, entries: [identityCreated(over.entryFor ?? id)] };
  });

describe("an audited transaction", () => {
  test("commits the change and its entry together and returns the entry's id", async () => {
    const id = makeId("idn");
    const { result, entryIds } = await create(id);
    expect(result).toBe(id);
    expect(entryIds).toHaveLength(1);
    expect(entryIds[0]).toMatch(/^ent_[0-9a-z]{26}$/);
    expect(await identities(id)).toBe(1);
    expect(await entriesNaming(id)).toBe(1);
  });

  test("leaves neither change nor entry when the work throws, and passes the error through", async () => {
    const id = makeId("idn");
    const bug = new Error("a bug in the use case");
    const failing = auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
      await tx.identity.create({ data: identityRow(id) });
      throw bug;
    });
    await expect(failing).rejects.toBe(bug);
    expect(await identities(id)).toBe(0);
    expect(await entriesNaming(id)).toBe(0);
  });

  test("is refused as unavailable when the entry names another row", async () => {
    const id = makeId("idn");
    const other = makeId("idn");
    await expect(create(id, { entryFor: other })).rejects.toMatchObject({
      name: "AppError",
      code: "record.unavailable",
      kind: "unavailable",
    });
    expect(await identities(id)).toBe(0);
    expect(await entriesNaming(other)).toBe(0);
  });

  test("is undone when the entry cannot be written", async () => {
    const id = makeId("idn");
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    try {
      await expect(create(id)).rejects.toMatchObject({
        code: "record.unavailable",
        kind: "unavailable",
      });
    } finally {
      await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    }
    expect(await identities(id)).toBe(0);
  });

  test("is undone when the entry is longer than the log takes", async () => {
    const id = makeId("idn");
    const changes = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`field${n}`, { from: null, to: "x".repeat(3_000) }]),
    );
    const failing = auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
      await tx.identity.create({ data: identityRow(id) });
      return {
        result: null,
        entries: [
          {
            action: "identity.updated",
            outcome: "success",
            target: { kind: "identity", id, label: id },
            details: { changes },
          },
        ],
      };
    });
    await expect(failing).rejects.toMatchObject({ code: "record.too-large" });
    expect(await identities(id)).toBe(0);
  });

  test("a broken uniqueness passes through with the name of its constraint", async () => {
    const name = makeId("idn");
    await create(name, { name });
    const error: unknown = await create(makeId("idn"), { name }).catch((thrown: unknown) => thrown);
    expect(uniqueViolation(error)).toBe("identity_kind_name_key");
    expect(uniqueViolation(new Error("something else"))).toBeNull();
    expect(uniqueViolation(null)).toBeNull();
  });

  test("an audited transaction numbers its entries in the order in which they were given", async () => {
    const id = makeId("idn");
    const { entryIds } = await auditedTransaction(
      log.deps.recorder,
      operatorActor(),
      async (tx) => {
        await tx.identity.create({ data: identityRow(id) });
        return {
          result: null,
          entries: [
            identityCreated(id),
            { ...identityCreated(id), action: "identity.suspended", details: { comment: "first" } },
            {
              ...identityCreated(id),
              action: "identity.activated",
              details: { comment: "second" },
            },
          ],
        };
      },
    );
    await log.sequence();
    const [ids] = await log.as(
      "super",
      `select array_agg(entry_id order by seq) from tlog.entry where entry_id = any('{${entryIds.join(",")}}')`,
    );
    expect(ids).toEqual(entryIds);
  });
});
