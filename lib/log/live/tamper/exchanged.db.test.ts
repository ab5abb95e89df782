import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "@/lib/access/roles";
import { findOpenSession } from "@/lib/accounts/session-repository";
import { signIn } from "@/lib/accounts/sign-in";
import { createAccount } from "@/lib/accounts/create-account";
import { withHasher } from "@/lib/accounts/password";
import { credentialDigest } from "@/lib/log/credential-digest";
import { recordEntry } from "@/lib/log/record/record-entry";
import { adminActor, anonymousActor, operatorActor } from "@/testing/actors";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";

// What is exchanged in the database, used and put back before the verification.
let log: TamperLog;
beforeAll(async () => {
  log = await openTamperLog();
}, 300_000);
afterAll(() => log.harness.close());

const email = "first@example.com";

/** Reads something as the person of this session, as the database has it at the moment. */
async function readIn(session: string): Promise<Readonly<{ account: string; role: Role }>> {
  const { deps } = log.harness;
  const open = await findOpenSession(deps.db, session, null, deps.clock.now());
  if (open === null) throw new Error("the session does not count");
  const { account_id: account, email: label } = open;
  const role = open.role as Role;
  const secretDigest = credentialDigest(session);
  await recordEntry(deps.recorder, operatorActor({ id: account, label, role, secretDigest }), {
    action: "log.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: "/" },
  });
  return { account, role };
}

async function found(): Promise<string> {
  await log.publish();
  return (await log.problems()).join("\n");
}

test("a session of an account with its own role and password raises nothing", async () => {
  expect(await readIn(log.ids.session)).toEqual({ account: log.ids.account, role: "admin" });
  expect(await found()).toBe("");
});

test("a password: the sign-in with another one is named", async () => {
  const { deps } = log.harness;
  const password = "another correct horse battery";
  const [row] = await log.harness.asSuper(
    `select password_hash as hash from account where id = '${log.ids.account}'`,
  );
  const other = await withHasher(deps, { ip: null }, ({ hash }) => hash(password));
  const set = (hash: unknown): Promise<void> =>
    log.withoutGuards(
      `update account set password_hash = '${String(hash)}' where id = '${log.ids.account}'`,
    );
  await set(other);
  await signIn(deps, anonymousActor(), { email, password });
  await set(row?.["hash"]);
  expect(await found()).toMatch(
    /^credentials: Entry \d+: first@example\.com signed in with a password that is not the one in the log/m,
  );
});

test("the role of an account: what was done with another one is named", async () => {
  const set = (role: string): Promise<void> =>
    log.withoutGuards(`update account set role = '${role}' where id = '${log.ids.account}'`);
  await set("operator");
  expect((await readIn(log.ids.session)).role).toBe("operator");
  await set("admin");
  expect(await found()).toMatch(
    /^credentials: Entry \d+ \(log\.read, first@example\.com\) was made with the role operator, but the role according to the log is admin/m,
  );
});

test("the account of a session: what was done in it as another one is named", async () => {
  const { deps } = log.harness;
  const invited = { email: "second@example.com", name: "Second", role: "auditor" } as const;
  const { id } = (await createAccount(deps, adminActor(), invited)).result;
  const set = (account: string): Promise<void> =>
    log.withoutGuards(
      `update session set account_id = '${account}' where id = '${log.ids.session}'`,
    );
  await set(id);
  expect((await readIn(log.ids.session)).account).toBe(id);
  await set(log.ids.account);
  expect(await found()).toMatch(
    /^credentials: Entry \d+ \(log\.read, second@example\.com\) was made in a session of another account/m,
  );
});
