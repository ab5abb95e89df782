import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { makeRecorder } from "@/lib/log/record/recorder";
import { reconcile } from "@/lib/log/reconcile/reconcile";
import type { Deps } from "@/lib/runtime/deps";
import { type Answer, type Call, makeCall } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { type Fault, makeFaulty } from "@/testing/database/faulty-database";
import type { Harness } from "@/testing/harness";

let keys = 0;
let harness: Harness, call: Call, token: string, deps: Deps;
/** What becomes of each statement; of a list, the next time it is sent. */
let faults: Record<string, Fault | Fault[]> = {};
/** Set while a run must hang before its plan is sent to the database. */
let beforePlan: (() => Promise<void>) | null = null;
/** Set while the signer must not answer. */
let hang: ((id: string) => void) | null = null;

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: (id) => {
        if (!hang) return own.signCertificate(id);
        hang(id);
        return new Promise(() => {});
      },
    }),
  });
  const db = makeFaulty(harness.deps.db, async (statement) => {
    if (statement === "issuing_plans_claimed") await beforePlan?.();
    const fault = faults[statement] ?? "none";
    return Array.isArray(fault) ? (fault.shift() ?? "none") : fault;
  });
  deps = { ...harness.deps, db, recorder: makeRecorder({ ...harness.deps.recorder, db }) };
  call = makeCall({ ...deps, authDb: db, authRecorder: deps.recorder } as Deps);
  token = await harness.tokenFor("admin");
});
afterAll(async () => {
  await harness.close();
});
beforeEach(() => {
  faults = {};
  hang = null;
});

const newKey = () => `outcome-${++keys}`;
const post = (path: string, body: unknown, key?: string): Promise<Answer> =>
  call("POST", path, {
    token,
    body,
    headers: key === undefined ? {} : { "idempotency-key": key },
  });
/** For a name that the identity holds, as every request after the first is. */
const request = async () => {
  const name = `held-${++keys}.example.com`;
  return {
    profile: "tls-server",
    identity: await createTestIdentity(harness.deps, undefined, [name]),
    csr: await makeCsr([name]),
  };
};
type Requested = Awaited<ReturnType<typeof request>>;

/** The states of all certificates of an identity, oldest first. */
const statesOf = async ({ identity }: Pick<Requested, "identity">): Promise<string[]> =>
  (
    await harness.asSuper(
      "select state from certificate where identity_id = $1 order by created_at, id",
      [identity],
    )
  ).map(({ state }) => String(state));
const closeUnfinished = async (): Promise<void> => {
  harness.advance(61_000);
  await reconcilePendingIssuances(harness.deps);
};
/** The run's process is gone: PostgreSQL has ended the server process of its connection. */
const endRun = (key: string) =>
  harness.asSuper("update idempotency_key set backend = 0 where key = $1", [key]);
/** The run's process hangs, and its connection stays open. */
const letLeasePass = (key: string) =>
  harness.asSuper(
    "update idempotency_key set claimed_at = now() - interval '11 s' where key = $1",
    [key],
  );

const sanOf = ({ body }: Answer): string =>
  String(JSON.stringify(body["sans"]).match(/[\w-]+\.example\.com/)?.[0]);

const signatures = ["issuing_signatures", "issuing_signatures_answered"] as const;
const onSignature = (fault: Fault, closing: Fault = "none") => {
  for (const name of signatures) faults[name] = fault;
  faults["transaction"] = closing;
};

describe("a request to issue that failed between plan and certificate", () => {
  test("answers that nothing was issued only after its plan is revoked", async () => {
    const body = await request();
    onSignature("refused");
    const answer = await post("/certificates", body);
    expect([answer.status, answer.body["code"]]).toEqual([503, "record.unavailable"]);
    expect(await statesOf(body)).toEqual(["revoked"]);
  });

  test("is never signed later, although the plan could not be closed at once", async () => {
    const body = await request();
    onSignature("refused", "refused");
    expect((await post("/certificates", body)).status).toBe(503);
    expect(await statesOf(body)).toEqual(["planned"]);
    faults = {};
    await closeUnfinished();
    expect(await statesOf(body)).toEqual(["revoked"]);
  });

  test("gets one certificate when it is repeated, with and without its key", async () => {
    for (const key of [undefined, newKey()]) {
      const body = await request();
      onSignature("refused", "refused");
      expect((await post("/certificates", body, key)).status).toBe(503);
      faults = {};
      const again = await post("/certificates", body, key);
      expect(again.status).toBe(201);
      await closeUnfinished();
      expect((await statesOf(body)).filter((state) => state === "issued")).toHaveLength(1);
      const got = await call("GET", `/certificates/${String(again.body["id"])}`, { token });
      expect(got.body["status"]).toBe("valid");
    }
  });

  test.each(["lost before", "lost after"] as const)(
    "answers that the outcome is unknown if its commit was %s, and says which under its key",
    async (fault) => {
      const body = await request(),
        key = newKey();
      onSignature(fault, "refused");
      const first = await post("/certificates", body, key);
      expect([first.status, first.body["code"]]).toEqual([503, "outcome.unknown"]);
      faults = {};
      const second = await post("/certificates", body, key);
      expect(second.status).toBe(201);
      expect(second.body["id"]).toBe(first.body["certificateId"]);
      expect((await post("/certificates", body, key)).body).toEqual(second.body);
      await closeUnfinished();
      expect(await statesOf(body)).toEqual(["issued"]);
    },
  );

  test("answers that nothing was done if the plan was refused, and unknown if its commit was lost", async () => {
    for (const [fault, code] of [
      ["refused", "record.unavailable"],
      ["lost before", "outcome.unknown"],
      ["lost after", "outcome.unknown"],
    ] as const) {
      const body = await request(),
        key = newKey();
      faults = { issuing_plans: fault, issuing_plans_claimed: fault };
      const first = await post("/certificates", body, key);
      expect([first.status, first.body["code"]]).toEqual([503, code]);
      faults = {};
      expect((await post("/certificates", body, key)).status).toBe(201);
      await closeUnfinished();
      expect((await statesOf(body)).filter((state) => state === "issued")).toHaveLength(1);
    }
  });

  test("is closed as revoked if the signer did not answer, so that a late signature counts for nothing", async () => {
    const body = await request(),
      key = newKey();
    const planned = new Promise<string>((resolve) => (hang = resolve));
    void post("/certificates", body, key);
    const id = await planned;
    hang = null;
    await closeUnfinished();
    expect(await statesOf(body)).toEqual(["revoked"]);
    await endRun(key);
    const again = await post("/certificates", body, key);
    expect(again.status).toBe(201);
    expect(again.body["id"]).not.toBe(id);
    expect(await statesOf(body)).toEqual(["revoked", "issued"]);
  });
});

describe("an Idempotency-Key whose run is gone", () => {
  test("gives the certificate of the plan that the run had committed", async () => {
    const body = await request(),
      key = newKey();
    const planned = new Promise<string>((resolve) => (hang = resolve));
    void post("/certificates", body, key);
    const id = await planned;
    hang = null;
    const running = await post("/certificates", body, key);
    expect([running.status, running.body["code"]]).toEqual([409, "idempotency.running"]);
    await endRun(key);
    const again = await post("/certificates", body, key);
    expect([again.status, again.body["id"]]).toEqual([201, id]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await statesOf(body)).toEqual(["issued"]);
  });

  test("is taken over from a run that hangs, and that run can't commit any more", async () => {
    const body = await request(),
      key = newKey();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => {
      beforePlan = async () => {
        beforePlan = null;
        resolve();
        await held;
      };
    });
    const first = post("/certificates", body, key);
    await reached;
    await letLeasePass(key);
    const second = await post("/certificates", body, key);
    expect(second.status).toBe(201);
    release();
    expect((await first).status).not.toBe(201);
    expect(await statesOf(body)).toEqual(["issued"]);
  });

  test("gives the successor of a rotation, once, with one revoked predecessor", async () => {
    const body = await request();
    const old = await post("/certificates", body);
    const csr = await makeCsr([sanOf(old)]);
    const key = newKey();
    // The plan's statement is not Prisma's: the first transaction is that of the rotation.
    faults = { transaction: ["lost after"] };
    const path = `/certificates/${String(old.body["id"])}/rotate`;
    const rotate = { csr, overlapSeconds: 0 };
    const first = await post(path, rotate, key);
    expect([first.status, first.body["code"]]).toEqual([503, "outcome.unknown"]);
    const second = await post(path, rotate, key);
    expect(second.status).toBe(201);
    expect(await statesOf(body)).toEqual(["revoked", "issued"]);
  });

  test.each([
    ["lost before", "record.unavailable"],
    ["lost after", "outcome.unknown"],
  ] as const)("gives the answer of a revocation whose commit was %s", async (fault, code) => {
    const body = await request(),
      key = newKey();
    const issued = await post("/certificates", body);
    const path = `/certificates/${String(issued.body["id"])}/revoke`;
    faults = { transaction: [fault] };
    const first = await post(path, { reason: "superseded" }, key);
    expect([first.status, first.body["code"]]).toEqual([503, code]);
    const second = await post(path, { reason: "superseded" }, key);
    expect([second.status, second.body["status"]]).toEqual([200, "revoked"]);
  });

  test.each([
    ["lost before", "record.unavailable"],
    ["lost after", "outcome.unknown"],
  ] as const)(
    "gives one identity whose commit was %s, and one token without its secret",
    async (fault, code) => {
      const requests = [
        ["/identities", { kind: "service", name: newKey(), owner: "team@example.com" }],
        ["/tokens", { name: newKey(), role: "auditor" }],
      ] as const;
      for (const [path, body] of requests) {
        const key = newKey();
        faults = { transaction: [fault] };
        const first = await post(path, body, key);
        expect([first.status, first.body["code"]]).toEqual([503, code]);
        const second = await post(path, body, key);
        expect(second.status).toBe(201);
        expect((await post(path, body, key)).body).toEqual({
          ...second.body,
          ...(path === "/tokens" ? { secret: null } : {}),
        });
        const { name } = body;
        const table = path === "/tokens" ? "api_token" : "identity";
        expect(await harness.asSuper(`select id from ${table} where name = $1`, [name])).toEqual([
          { id: second.body["id"] },
        ]);
      }
    },
  );
});

test("no answer is 500 while the database is away, full, read-only, too slow or restarting", async () => {
  const errors: readonly Error[] = [
    ...["57P01", "57P03", "53100", "53300", "25006", "57014", "58030", "ECONNREFUSED"].map((code) =>
      Object.assign(new Error("the database says no"), { code }),
    ),
    new Error("Query read timeout"),
    new Error("It waited too long for its turn."),
    new Error("timeout exceeded when trying to connect"),
  ];
  for (const error of errors) {
    const answers = await Promise.all(
      ["find-idempotency-key", "token_by_hash"].map(() =>
        brokenCall(error)("POST", "/identities", {
          token,
          body: { kind: "service", name: newKey(), owner: "team@example.com" },
          headers: { "idempotency-key": newKey() },
        }),
      ),
    );
    for (const answer of answers)
      expect([error.message, answer.status]).toEqual([error.message, 503]);
  }
});

test("what faults left behind is explained by the log", async () => {
  await harness.sequence();
  const { problems, count } = await reconcile(harness.deps);
  expect([problems, count]).toEqual([[], 0]);
});

/** The API on a database whose every statement ends with this error. */
function brokenCall(error: Error): Call {
  const fail = () => Promise.reject(error);
  const pool = new Proxy(harness.deps.db.pool, {
    get: (target, property) =>
      property === "query" || property === "connect"
        ? fail
        : (Reflect.get(target, property, target) as unknown),
  });
  const prisma = new Proxy(harness.deps.db.prisma, {
    get: (target, property) =>
      property === "$transaction" || property === "$queryRaw"
        ? fail
        : (Reflect.get(target, property, target) as unknown),
  });
  const db = { ...harness.deps.db, pool, prisma };
  return makeCall({
    ...harness.deps,
    db,
    recorder: makeRecorder({ ...harness.deps.recorder, db }),
  });
}
