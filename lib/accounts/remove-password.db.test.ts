import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeIdentity, password } from "@/testing/accounts/person";
import { adminActor, anonymousActor, system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { acceptInvitation } from "./accept-invitation";
import { createFirstAccount } from "./create-first-account";
import { inviteAccount } from "./invite-account";
import { findSession } from "./read-sessions";
import type { AccountDto } from "./schema";
import { signIn } from "./sign-in";
import { updateAccount } from "./update-account";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(async () => {
  await harness.close();
});

const admin = adminActor({ id: "usr_admin", label: "admin@example.com" });
let made = 0;
const makeAccount = async (): Promise<AccountDto> => {
  const email = `person-${++made}@example.com`;
  const input = { email, name: "Robin", role: "operator", password } as const;
  return (await createFirstAccount(harness.deps, system, input)).result;
};
const enter = (email: string) => signIn(harness.deps, anonymousActor(), { email, password });
const accept = (link: string | null) =>
  acceptInvitation(harness.deps, anonymousActor(), { token: link?.split("#")[1] ?? "", password });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

describe("turning a password off", () => {
  const removePassword = true as const;
  test("leaves certificates as the only way in, ends all sessions and cancels the open link", async () => {
    const person = await makeIdentity(harness.deps, system);
    const account = await makeAccount();
    const { sessionId } = (await enter(account.email)).result;
    const again = (await inviteAccount(harness.deps, admin, account.id)).result;
    await updateAccount(harness.deps, admin, account.id, { identity: person.id });
    const { result, entries } = await harness.during(
      async () => (await updateAccount(harness.deps, admin, account.id, { removePassword })).result,
    );
    expect(result.hasPassword).toBe(false);
    expect(entries[0]?.details).toEqual({
      changes: { password: { from: null, to: "removed" } },
    });
    expect(await findSession(harness.deps, sessionId, null)).toBeNull();
    expect(await codeOf(accept(again.link))).toBe("invitation.invalid");
    expect(await codeOf(enter(account.email))).toBe("session.refused");
  });

  test("is refused where no certificate signs in, also if the link is removed with it", async () => {
    const account = await makeAccount();
    const change = (over: object) => codeOf(updateAccount(harness.deps, admin, account.id, over));
    expect(await change({ removePassword })).toBe("account.no-certificate");
    const person = await makeIdentity(harness.deps, system);
    await change({ identity: person.id });
    expect(await change({ removePassword, identity: null })).toBe("account.no-certificate");
  });
});
