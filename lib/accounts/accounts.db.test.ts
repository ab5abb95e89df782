import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { roles } from "@/lib/access/roles";
import { anonymousActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { createAccount } from "./create-account";
import { getAccount, listAccounts } from "./read-accounts";
import { listSessions } from "./read-sessions";
import { accountChange, accountInput, newPassword } from "./schema";
import { updateAccount } from "./update-account";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const password = "correct horse battery staple";
let made = 0;
const make = (role: "admin" | "operator" | "auditor" = "operator") =>
  createAccount(harness.deps, system, {
    email: `${role}-${++made}@example.com`,
    name: "Robin Example",
    role,
  });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const actorOf = (role: Actor["role"], id = "usr_other"): Actor => ({
  ...anonymousActor(),
  kind: "user",
  id,
  label: "somebody@example.com",
  role,
});

test.each(["operator", "auditor"] as const)(
  "the role %s changes its own name, and no other field or account",
  async (role) => {
    const { id } = (await make(role)).result;
    const { id: other } = (await make(role)).result;
    const me = actorOf(role, id);
    const { result, entries } = await harness.during(() =>
      updateAccount(harness.deps, me, id, { name: "Robin of Example" }),
    );
    expect(result.result).toMatchObject({ id, name: "Robin of Example", role });
    expect(entries).toMatchObject([
      {
        action: "account.updated",
        actor: { id },
        target: { id },
        details: { changes: { name: { from: "Robin Example", to: "Robin of Example" } } },
      },
    ]);
    for (const change of [
      { role: "admin" },
      { status: "active" },
      { identity: null },
      { removePassword: true },
      { name: "Robin", role: "admin" },
      { name: "Robin", identity: null },
    ] as const)
      expect(await codeOf(updateAccount(harness.deps, me, id, change))).toBe("forbidden");
    expect(await codeOf(updateAccount(harness.deps, me, other, { name: "Robin" }))).toBe(
      "forbidden",
    );
    const token = { ...me, kind: "token" as const };
    expect(await codeOf(updateAccount(harness.deps, token, id, { name: "Robin" }))).toBe(
      "forbidden",
    );
    expect((await getAccount(harness.deps, system, id)).name).toBe("Robin of Example");
  },
);

test.each(roles.filter((role) => role !== "admin"))(
  "role %s makes and changes no account",
  async (role) => {
    const { id } = (await make()).result;
    expect(
      await codeOf(
        createAccount(harness.deps, actorOf(role), {
          email: "new@example.com",
          name: "New",
          role: "admin",
        }),
      ),
    ).toBe("forbidden");
    expect(await codeOf(updateAccount(harness.deps, actorOf(role), id, { role: "admin" }))).toBe(
      "forbidden",
    );
    expect(
      await codeOf(updateAccount(harness.deps, actorOf(role), "usr_none", { role: "admin" })),
    ).toBe("forbidden");
  },
);

test("users can't change their own role or status", async () => {
  const { id } = (await make("admin")).result;
  await make("admin");
  for (const change of [{ role: "auditor" }, { status: "disabled" }] as const)
    expect(await codeOf(updateAccount(harness.deps, actorOf("admin", id), id, change))).toBe(
      "account.self",
    );
  expect(
    await codeOf(updateAccount(harness.deps, actorOf("admin", id), id, { name: "Another" })),
  ).toBe("done");
});

test("the last active administrator stays, also when two are removed at the same moment", async () => {
  const { items } = await listAccounts(harness.deps, system, { role: "admin", status: "active" });
  for (const { id } of items.slice(2))
    await updateAccount(harness.deps, system, id, { status: "disabled" });
  const pair = items.slice(0, 2);
  const outcomes = await Promise.all(
    pair.map(({ id }) => codeOf(updateAccount(harness.deps, system, id, { status: "disabled" }))),
  );
  expect(outcomes.toSorted()).toEqual(["account.last-admin", "done"]);
  expect(
    (await listAccounts(harness.deps, system, { role: "admin", status: "active" })).items,
  ).toHaveLength(1);
});

test("a second account for an email address is refused, whatever its letter case", async () => {
  const { email } = (await make()).result;
  expect(
    await codeOf(createAccount(harness.deps, system, { email, name: "Twin", role: "auditor" })),
  ).toBe("account.exists");
  expect(
    accountInput.parse({ email: email.toUpperCase(), name: "Twin", role: "auditor" }).email,
  ).toBe(email);
});

test("the entry lists changes by field, and no response contains a hash", async () => {
  const { id } = (await make()).result;
  const { result, entries } = await harness.during(() =>
    updateAccount(harness.deps, system, id, {
      name: "Renamed",
      role: "auditor",
    }),
  );
  expect(entries).toEqual([
    expect.objectContaining({
      action: "account.updated",
      details: {
        changes: {
          name: { from: "Robin Example", to: "Renamed" },
          role: { from: "operator", to: "auditor" },
        },
      },
    }),
  ]);
  expect(JSON.stringify([result, entries, await getAccount(harness.deps, system, id)])).not.toMatch(
    /argon2|passwordHash/,
  );
});

test("a forced failure of the entry leaves no account", async () => {
  const create = () =>
    createAccount(harness.deps, system, {
      email: "ghost@example.com",
      name: "Ghost",
      role: "operator",
    });
  expect(await harness.withoutRecord(() => codeOf(create()))).toBe("record.unavailable");
  expect((await listAccounts(harness.deps, system, { q: "ghost@" })).items).toEqual([]);
});

test("one's own account and sessions are open to oneself, others' only with accounts.read", async () => {
  const { id } = (await make()).result;
  expect((await getAccount(harness.deps, actorOf("operator", id), id)).id).toBe(id);
  expect((await listSessions(harness.deps, actorOf("operator", id), id)).items).toEqual([]);
  expect(await codeOf(getAccount(harness.deps, actorOf("operator"), id))).toBe("forbidden");
  expect(await codeOf(getAccount(harness.deps, actorOf("operator"), "usr_none"))).toBe("forbidden");
  expect(await codeOf(listSessions(harness.deps, actorOf("approver"), id))).toBe("forbidden");
  expect(await codeOf(getAccount(harness.deps, actorOf("auditor"), "usr_none"))).toBe(
    "account.not-found",
  );
});

test("a list is read through page by page without a gap or a repeat", async () => {
  for (let i = 0; i < 3; i++) await make();
  const all = (await listAccounts(harness.deps, system, { limit: 200 })).items.map((row) => row.id);
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Awaited<ReturnType<typeof listAccounts>> = await listAccounts(
      harness.deps,
      system,
      { limit: 2, ...(cursor ? { cursor } : {}) },
    );
    seen.push(...page.items.map((row) => row.id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(all);
});

describe("a new password", () => {
  test.each([
    "",
    "short",
    "elevenchars",
    "aaaaaaaaaaaaaaaa",
    "abababababab",
    "PasswordPassword",
    "x".repeat(1025),
  ])("is refused: %j", (text) => {
    expect(newPassword.safeParse(text).success).toBe(false);
  });

  test.each(["a long password", "κωδικός πρόσβασης", "twelve chars"])("is accepted: %j", (text) => {
    expect(newPassword.safeParse(text).success).toBe(true);
  });
});

test("no administrator sets a user's password: no input has a field for it", () => {
  const account = { email: "a@example.com", name: "A", role: "admin" };
  expect(accountInput.safeParse(account).success).toBe(true);
  expect(accountInput.safeParse({ ...account, password }).success).toBe(false);
  expect(accountChange.safeParse({ password }).success).toBe(false);
});

test("an account's input names no other field and no role of machines", () => {
  expect(
    accountInput.safeParse({ email: "a@example.com", name: "A", role: "service" }).success,
  ).toBe(false);
  expect(accountChange.safeParse({ email: "b@example.com" }).success).toBe(false);
});
