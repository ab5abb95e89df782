import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { findSession, listSessions } from "@/lib/accounts/read-sessions";
import { signIn } from "@/lib/accounts/sign-in";
import { issueFor, makeIdentity, password } from "@/testing/accounts/person";
import { adminActor, anonymousActor, system } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { getProxyEffects } from "./get-proxy-effects";
import { removeProxy } from "./remove-proxy";
import type { ProxyDto, ProxyScope } from "./schema";
import { trustProxy } from "./trust-proxy";
import { updateProxy } from "./update-proxy";

let harness: Harness, account: string;
const admin = adminActor();
const email = "ops@example.com";
beforeAll(async () => {
  harness = await createTestCa();
  const input = { email, name: "Ops", role: "operator", password } as const;
  account = (await createFirstAccount(harness.deps, system, input)).result.id;
});
afterAll(() => harness.close());

async function makeProxy(scopes: ProxyScope[] = ["console"]): Promise<ProxyDto> {
  const { id } = await makeIdentity(harness.deps, admin, "service");
  const input = { identity: id, kind: "nginx", hops: 1, scopes, note: "" } as const;
  return (await trustProxy(harness.deps, admin, input)).result;
}
/** An actor whose request came through this proxy, or directly. */
const through = (actor: Actor, proxy: ProxyDto | null): Actor =>
  proxy === null
    ? actor
    : {
        ...actor,
        address: {
          ...actor.address,
          via: [proxy.identity.name, "mtls"],
          proxy: { id: proxy.id, label: proxy.identity.name },
        },
      };
const startSession = async (proxy: ProxyDto | null): Promise<string> =>
  (await signIn(harness.deps, through(anonymousActor(), proxy), { email, password })).result
    .sessionId;
const isOpen = async (id: string): Promise<boolean> => {
  const listed = (await listSessions(harness.deps, admin, account)).items.find(
    (session) => session.id === id,
  );
  const found = (await findSession(harness.deps, id, null)) !== null;
  expect(listed?.open).toBe(found);
  return found;
};
/** A change without its entry, as only the database's owner can make it. */
const unguarded = (sql: string) =>
  harness.asSuper(
    `alter table proxy disable trigger needs_entry, disable trigger never_changes; ${sql}; alter table proxy enable always trigger needs_entry, enable always trigger never_changes`,
  );
const remove = (proxy: ProxyDto) => removeProxy(harness.deps, admin, proxy.id, { comment: "" });

describe("sessions that were started through a proxy", () => {
  test("removing the proxy ends them, and no others, and its entry has the number", async () => {
    const [proxy, other] = [await makeProxy(), await makeProxy()];
    const own = [await startSession(proxy), await startSession(proxy)];
    const others = [await startSession(other), await startSession(null)];
    expect((await getProxyEffects(harness.deps, admin, proxy.id)).sessions).toBe(2);
    const { entries } = await harness.during(() => remove(proxy));
    expect(await Promise.all(own.map(isOpen))).toEqual([false, false]);
    expect(await Promise.all(others.map(isOpen))).toEqual([true, true]);
    expect(entries[0]).toMatchObject({
      action: "proxy.removed",
      details: { sessions: 2, certificates: 0 },
    });
    expect((await getProxyEffects(harness.deps, admin, proxy.id)).sessions).toBe(0);
  });
  test("they do not come back when the proxy is trusted again", async () => {
    const proxy = await makeProxy();
    const session = await startSession(proxy);
    await remove(proxy);
    const identity = proxy.identity.id;
    await trustProxy(harness.deps, admin, {
      identity,
      kind: "nginx",
      hops: 1,
      scopes: ["console"],
      note: "",
    });
    expect(await isOpen(session)).toBe(false);
  });
  test("taking the console away from the proxy ends them; another change does not", async () => {
    const proxy = await makeProxy(["console", "api"]);
    const session = await startSession(proxy);
    await updateProxy(harness.deps, admin, proxy.id, { hops: 2, scopes: ["console"] });
    expect(await isOpen(session)).toBe(true);
    const { entries } = await harness.during(() =>
      updateProxy(harness.deps, admin, proxy.id, { scopes: ["forward-auth", "api"] }),
    );
    expect(await isOpen(session)).toBe(false);
    expect(entries[0]?.details).toEqual({
      changes: { scopes: { from: "console", to: "forward-auth, api" } },
      sessions: 1,
    });
  });
  test("a row that is changed past the use cases ends them at once, on every node", async () => {
    const proxy = await makeProxy();
    const session = await startSession(proxy);
    await unguarded(`update proxy set scopes = '{api}' where id = '${proxy.id}'`);
    expect(await isOpen(session)).toBe(false);
  });
  test.each<[string, (proxy: ProxyDto) => Promise<unknown>]>([
    ["was removed", remove],
    [
      "has lost the console",
      ({ id }) => updateProxy(harness.deps, admin, id, { scopes: ["forward-auth"] }),
    ],
  ])("none is started through a proxy that %s meanwhile", async (_what, change) => {
    const proxy = await makeProxy();
    await change(proxy);
    const before = await harness.deps.db.prisma.session.count();
    const { entries } = await harness.during(() =>
      expect(startSession(proxy)).rejects.toMatchObject({ code: "proxy.scope" }),
    );
    expect(entries).toMatchObject([
      { action: "session.refused", outcome: "denied", details: { proxyId: proxy.id } },
    ]);
    expect(await harness.deps.db.prisma.session.count()).toBe(before);
  });
});

describe("certificates that were requested through a proxy", () => {
  test("are listed before the proxy is removed, newest first, with those from before scopes", async () => {
    const [proxy, other] = [await makeProxy(["api"]), await makeProxy(["api"])];
    const identity = await makeIdentity(harness.deps, admin, "service");
    const now = await issueFor(harness.deps, through(admin, proxy), identity);
    await issueFor(harness.deps, through(admin, other), identity);
    await issueFor(harness.deps, admin, identity);
    // As it was recorded before: a certificate asked, and the proxy is named by its label alone.
    const holder: Actor = { ...admin, kind: "certificate", id: now.id, label: identity.name };
    const { proxy: _proxy, ...address } = through(holder, proxy).address;
    const before = await issueFor(harness.deps, { ...holder, address }, identity);
    await issueFor(harness.deps, holder, identity);
    await harness.sequence();
    await unguarded("update proxy set unscoped_until = (select size from tlog.head)");
    const { certificates } = await getProxyEffects(harness.deps, admin, proxy.id);
    expect(certificates.count).toBe(2);
    expect(certificates.items.map(({ id }) => id)).toEqual([before.id, now.id]);
    expect(certificates.items[1]).toMatchObject({
      state: "issued",
      identity: { id: identity.id, name: identity.name },
    });
    const { entries } = await harness.during(() => remove(proxy));
    expect(entries[0]?.details).toEqual({ comment: "", sessions: 0, certificates: 2 });
    expect((await getProxyEffects(harness.deps, admin, other.id)).certificates.count).toBe(1);
  });
  test("are shown to those who may read proxies, and a proxy that does not exist is a 404", async () => {
    const proxy = await makeProxy();
    for (const role of ["operator", "approver", "service"] as const)
      await expect(
        getProxyEffects(harness.deps, adminActor({ role }), proxy.id),
      ).rejects.toMatchObject({ code: "forbidden" });
    await expect(getProxyEffects(harness.deps, admin, "prx_none")).rejects.toMatchObject({
      code: "proxy.not-found",
    });
  });
});

test.each([[[]], [["admin"]], [["api", "nothing"]]])(
  "the database refuses a proxy with the scopes %j",
  async (scopes) => {
    const proxy = await makeProxy();
    await expect(
      harness.asSuper("update proxy set scopes = $1 where id = $2", [scopes, proxy.id]),
    ).rejects.toThrow(/proxy_scopes/);
  },
);
