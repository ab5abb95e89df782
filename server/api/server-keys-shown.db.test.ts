import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codesOf, openServerKeys, type ServerKeyWorld } from "@/testing/api/server-keys";
import { makeCsr } from "@/testing/ca/requests";

// Whoever decides something by a certificate sees whether others have had its private key.
let world: ServerKeyWorld, made: string, brought: string;
beforeAll(async () => {
  world = await openServerKeys();
  made = String((await world.issue()).body["id"]);
  const fromCsr = { key: undefined, csr: await makeCsr(["pay.e.example"]) };
  brought = String((await world.issue(fromCsr)).body["id"]);
});
afterAll(async () => {
  await world.harness.close();
});
const get = (path: string, token = world.admin) => world.call("GET", path, { token });
const idsOf = (body: unknown): string[] =>
  (body as { items: { id: string }[] }).items.map(({ id }) => id);

describe("the inventory", () => {
  const path = () => `/certificates/export?identity=${world.identity}`;

  test("says in JSON of each certificate whether Chancery made its key", async () => {
    const { text } = await get(`${path()}&format=json`);
    const rows = JSON.parse(text) as { id: string; serverKey: unknown }[];
    expect(new Map(rows.map(({ id, serverKey }) => [id, serverKey]))).toEqual(
      new Map([
        [made, true],
        [brought, false],
      ]),
    );
  });

  test("has in CSV the column serverKey, next to the algorithm", async () => {
    const { text } = await get(`${path()}&format=csv`);
    const [head, ...lines] = text.replace("\uFEFF", "").trim().split("\r\n");
    const column = head?.split(",").indexOf(`"serverKey"`) ?? -1;
    expect(head?.split(",")[column - 1]).toBe(`"keyAlgorithm"`);
    const found = lines.map((line) => [line.split(",")[0], line.split(",")[column]] as const);
    expect(new Map(found)).toEqual(
      new Map([
        [`"${made}"`, `"true"`],
        [`"${brought}"`, `"false"`],
      ]),
    );
  });
});

describe("the list of certificates", () => {
  test("has only keys that Chancery made, or only others, where it is filtered by that", async () => {
    const path = `/certificates?identity=${world.identity}`;
    expect(idsOf((await get(`${path}&serverKey=true`)).body)).toEqual([made]);
    expect(idsOf((await get(`${path}&serverKey=false`)).body)).toEqual([brought]);
    expect(idsOf((await get(path)).body).toSorted()).toEqual([made, brought].toSorted());
  });

  test.each(["", "1", "yes", "TRUE", "true&serverKey=false"])(
    "refuses %j as a filter, and lists nothing",
    async (value) => {
      const answer = await get(`/certificates?serverKey=${value}`);
      expect(answer.status).toBe(400);
      expect(answer.body).not.toHaveProperty("items");
    },
  );
});

describe("what exists of an identity that is to get a power", () => {
  test("says which certificates have a key that Chancery made, and counts such keys", async () => {
    const { body } = await get(`/identities/${world.identity}/power`);
    expect(body).toMatchObject({
      existing: {
        certificates: expect.arrayContaining([
          expect.objectContaining({ id: made, serverKey: true }),
          expect.objectContaining({ id: brought, serverKey: false }),
        ]) as unknown,
        counts: { keys: 2, serverKeys: 1 },
      },
    });
  });

  test("still counts the key once its certificate is revoked", async () => {
    await world.call("POST", `/certificates/${made}/revoke`, {
      token: world.admin,
      body: { reason: "superseded" },
    });
    const { body } = await get(`/identities/${world.identity}/power`);
    expect(body).toMatchObject({
      existing: {
        certificates: [{ id: brought, serverKey: false }],
        counts: { certificates: 1, keys: 2, serverKeys: 1 },
      },
    });
  });

  test("is shown to no one who may not read users", async () => {
    expect(codesOf(await get(`/identities/${world.identity}/power`, world.operator))).toEqual([
      "forbidden",
    ]);
  });
});
