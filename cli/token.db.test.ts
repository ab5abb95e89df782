import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentity } from "@/lib/identities/create-identity";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { anonymousActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { runToken, token } from "./token";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

async function run(...args: string[]): Promise<{ code: number | string; out: string }> {
  let out = "";
  const code = await runToken(harness.deps, args, (text) => {
    out += text;
  }).catch((error: Error) => `${error.constructor.name}: ${error.message}`);
  return { code, out };
}

test("token create prints only the secret, and it works", async () => {
  const { code, out } = await run("create", "--role", "admin", "--name", "first");
  expect(code).toBe(0);
  expect(out).toMatch(/^chy_[\w-]{43}\n$/);
  const { address, requestId, correlationId } = anonymousActor();
  expect(
    (
      await authenticateToken(harness.deps, out.trim(), {
        address,
        requestId,
        correlationId,
      })
    ).actor,
  ).toMatchObject({ role: "admin", label: "first" });
});

test("the audit log names the command line and the operating-system account as the actor", async () => {
  const { entries } = await harness.during(() =>
    run("create", "--role=auditor", "--name=ci", "--expires-in-days=30"),
  );
  expect(entries).toEqual([
    expect.objectContaining({
      action: "token.created",
      actor: {
        kind: "system",
        id: "command-line",
        label: expect.stringMatching(/^command line \(.+\)$/) as unknown,
      },
    }),
  ]);
});

test("a service's token names its identity", async () => {
  const { id } = (
    await createIdentity(harness.deps, system, {
      kind: "service",
      name: "payments",
      owner: "team@example.com",
      note: "",
    })
  ).result;
  expect((await run("create", "--role", "service", "--name", "pay", "--identity", id)).code).toBe(
    0,
  );
  expect((await run("create", "--role", "service", "--name", "pay")).code).toContain("--identity:");
});

test.each([
  [[]],
  [["make"]],
  [["create"]],
  [["create", "--role", "root", "--name", "x"]],
  [["create", "--role", "admin"]],
  [["create", "--role", "admin", "--name", "x", "extra"]],
  [["create", "--role", "admin", "--name", "x", "--secret", "y"]],
  [["create", "--role", "admin", "--name", "x", "--expires-in-days", "soon"]],
  [["list", "all"]],
  [["revoke"]],
  [["revoke", "a", "b"]],
])("invalid usage (%j) prints nothing on standard output and shows the usage", async (args) => {
  const { code, out } = await run(...args);
  expect(out).toBe("");
  expect(code).toMatch(/^UsageError: [\s\S]*chancery token create/);
});

test("token list shows every token without its secret, and token revoke revokes one", async () => {
  const { out: secret } = await run("create", "--role", "admin", "--name", "short-lived");
  const listed = (await run("list")).out;
  expect(listed).not.toContain(secret.trim().slice(9));
  const id = /^(tok_\w+)\tactive\tadmin\t.*short-lived/m.exec(listed)?.[1] ?? "";
  expect((await run("revoke", id)).out).toContain(id);
  expect((await run("list")).out).toMatch(new RegExp(`^${id}\trevoked`, "m"));
  expect((await run("revoke", "tok_none")).code).toContain("Token not found");
});

test("without a running Chancery the token command names the data folder and how to start one", async () => {
  const before = process.env["DATABASE_URL"];
  delete process.env["DATABASE_URL"];
  await expect(token.run(["list"])).rejects.toThrow(/npm start/);
  if (before !== undefined) process.env["DATABASE_URL"] = before;
});
