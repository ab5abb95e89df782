import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { makeSmallDisk, type SmallDisk, whyNoSmallDisk } from "@/testing/database/small-disk";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { verifyLog } from "@/lib/log/live/verify-log";
import { type OwnPostgres, startOwnPostgres } from "@/testing/gateway/own-postgres";
import { openTestGateway, type TestGateway, until } from "@/testing/gateway/test-gateway";

// A whole gateway whose PostgreSQL has its data on a small file system, which fills up.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const reason = whyNoSmallDisk();
const megabytes = 400;

type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;
type Asked = Readonly<{ path: string; body: object; key: string; answer: Answer }>;

describe.skipIf(reason !== null)(`while the disk is full${reason ? ` (${reason})` : ""}`, () => {
  let disk: SmallDisk, postgres: OwnPostgres, gateway: TestGateway, token: string;
  let keys = 0;
  /** The answers that were given while the disk was full. */
  const given: Asked[] = [];

  beforeAll(async () => {
    disk = makeSmallDisk(megabytes);
    postgres = await startOwnPostgres(disk.folder);
    gateway = await openTestGateway();
    token = await gateway.tokenFor("admin");
  });
  afterAll(async () => {
    disk?.free();
    await gateway?.close();
    await postgres?.stop();
    disk?.remove();
  });
  afterEach(() => disk.free());

  async function post(path: string, body: object, key = `full-${++keys}`): Promise<Answer> {
    const response = await fetch(`${gateway.httpUrl()}/api/v1${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: JSON.stringify(body),
    });
    const answer = { status: response.status, body: (await response.json()) as Answer["body"] };
    given.push({ path, body, key, answer });
    return answer;
  }
  const request = async (identity: string, name: string) => ({
    profile: "tls-server",
    identity,
    csr: await makeCsr([name]),
  });
  const readiness = async (): Promise<Readonly<{ status: number; text: string }>> => {
    const response = await fetch(`${gateway.httpUrl()}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  /** The states of all certificates of an identity. */
  const statesOf = async (identity: string): Promise<string[]> =>
    (
      await gateway.harness.asSuper("select state from certificate where identity_id = $1", [
        identity,
      ])
    ).map(({ state }) => String(state));

  test("nothing is answered but 201 and 503, readiness says why, and each repeated request has one outcome", async () => {
    const { deps } = gateway.harness;
    const before = await gateway.issue("before");
    const names = Array.from({ length: 100 }, (_none, n) => `full-${n}.example.com`);
    const identity = await createTestIdentity(deps, undefined, names);
    const bodies = await Promise.all(names.map((name) => request(identity, name)));

    disk.fill();
    let refused = 0;
    for (const body of bodies) {
      const { status } = await post("/certificates", body);
      if (status === 503) refused += 1;
      if (refused === 5) break;
    }
    expect(refused).toBe(5);
    await post(`/certificates/${before.certificate.id}/revoke`, { reason: "superseded" });
    const issued = given.filter(({ answer }) => answer.status === 201);
    expect(new Set(given.map(({ answer }) => answer.status))).toEqual(
      new Set(issued.length > 0 ? [201, 503] : [503]),
    );
    // PostgreSQL ends where it can't extend its own journal: only then is the outcome in doubt.
    const codes = ["record.unavailable", "database.unavailable", "outcome.unknown"];
    const failed = given.filter(({ answer }) => answer.status === 503);
    expect(codes).toEqual(expect.arrayContaining(failed.map(({ answer }) => answer.body["code"])));
    await until(async () => (await readiness()).status === 503);
    expect((await readiness()).text).toMatch(/No space left on device|out of disk space/);
    expect((await fetch(`${gateway.httpUrl()}/healthz`)).status).toBe(200);

    disk.free();
    await until(async () => (await readiness()).status === 200);
    const count = async (): Promise<number> =>
      (await statesOf(identity)).filter((state) => state === "issued").length;
    const inDoubt = failed.filter(({ answer }) => answer.body["code"] === "outcome.unknown");
    expect(await count()).toBeGreaterThanOrEqual(issued.length);
    expect(await count()).toBeLessThanOrEqual(issued.length + inDoubt.length);
    const asked = given.splice(0);
    for (const { path, body, key, answer } of asked) {
      const again = await post(path, body, key);
      expect([path, again.status]).toEqual([path, path === "/certificates" ? 201 : 200]);
      // What was said stays: the same certificate.
      const said = answer.status === 201 ? answer.body["id"] : again.body["id"];
      expect(again.body["id"]).toBe(said);
    }
    const states = await statesOf(identity);
    const requests = asked.filter(({ path }) => path === "/certificates");
    expect(await count()).toBe(requests.length);
    expect(states.filter((state) => state === "planned")).toEqual([]);

    await until(async () => {
      const [row] = await gateway.harness.asSuper(
        "select not exists (select from tlog.inbox) and upto = size as done from tlog.head, tlog.indexed",
      );
      return row?.["done"] === true;
    });
    const { checks } = await verifyLog(deps);
    expect(checks.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
