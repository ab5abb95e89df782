import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptInvitation } from "@/lib/accounts/accept-invitation";
import { listAccounts } from "@/lib/accounts/read-accounts";
import { signIn } from "@/lib/accounts/sign-in";
import { updateAccount } from "@/lib/accounts/update-account";
import { anonymousActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { runAccount } from "./account";
import { UsageError } from "./command";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const run = async (...args: string[]) => {
  let out = "";
  let explained = "";
  const code = await runAccount(harness.deps, args, {
    print: (text) => (out += text),
    explain: (text) => (explained += text),
    base: "https://ca.example.com:3443",
  });
  return { code, out, explained };
};
const failure = (...args: string[]) =>
  run(...args).then(
    () => null,
    (error: Error & { code?: string }) =>
      error instanceof UsageError ? `usage: ${error.message}` : error.code,
  );
const create = (email: string) => run("create", email, "--role", "admin", "--name", "Robin");
const accept = (out: string, password: string) =>
  acceptInvitation(harness.deps, anonymousActor(), {
    token: out.trim().split("#")[1] ?? "",
    password,
  });

test("an administrator whom guesses keep out gets in again with a link from the host", async () => {
  const email = "locked-out@example.com";
  await accept((await create(email)).out, "a first long password");
  await updateAccount(
    harness.deps,
    system,
    (await listAccounts(harness.deps, system, { q: email })).items[0]?.id ?? "",
    { name: "Renamed" },
  );
  const { result, entries } = await harness.during(() => run("recover", email));
  expect(result.code).toBe(0);
  expect(result.out).toMatch(/^https:\/\/ca\.example\.com:3443\/invitation#chy_inv_[\w-]{43}\n$/);
  expect(result.explained).toContain(email);
  expect(entries[0]).toMatchObject({
    action: "invitation.created",
    actor: { kind: "system", id: "command-line" },
    details: { purpose: "recovery" },
    origin: { ip: null, via: [expect.stringMatching(/^host /) as unknown] },
  });
  expect(JSON.stringify(entries)).not.toContain(result.out.trim().slice(-43));
  await accept(result.out, "another long password");
  const input = { email, password: "another long password" };
  expect((await signIn(harness.deps, anonymousActor(), input)).result.account.role).toBe("admin");
});

test("a disabled user is enabled only with --enable", async () => {
  await create("left@example.com");
  await create("stays@example.com");
  const { items } = await listAccounts(harness.deps, system, { q: "left@" });
  await updateAccount(harness.deps, system, items[0]?.id ?? "", { status: "disabled" });
  expect(await failure("recover", "left@example.com")).toBe("account.disabled");
  expect((await run("recover", "left@example.com", "--enable")).code).toBe(0);
});

test("users are listed without any secret", async () => {
  const { out } = await create("listed@example.com");
  const list = (await run("list")).out;
  expect(list).toMatch(
    /^usr_\S+\tactive\tadmin\tlisted@example\.com\tno password\tnever signed in$/m,
  );
  expect(list).not.toContain(out.trim().slice(-43));
});

test.each([
  [[], /Choose a subcommand/],
  [["recover"], /account recover EMAIL/],
  [["recover", "a@example.com", "b@example.com"], /account recover EMAIL/],
  [["recover", "a@example.com", "--password", "x"], /Unknown option/],
  [["create", "a@example.com"], /--role/],
  [["create", "no email", "--role", "admin", "--name", "A"], /EMAIL: Enter an email address/],
  [["create", "a@example.com", "--role", "service", "--name", "A"], /--role/],
  [["list", "all"], /Unexpected argument/],
])("%j is refused with what is wrong", async (args, message) => {
  expect(await failure(...args)).toMatch(message);
});

test("a user that doesn't exist is reported, and none twice", async () => {
  expect(await failure("recover", "ghost@example.com")).toBe("account.not-found");
  await create("twice@example.com");
  expect(await failure("create", "twice@example.com", "--role", "admin", "--name", "A")).toBe(
    "account.exists",
  );
});
