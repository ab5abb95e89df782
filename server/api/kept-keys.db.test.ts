import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { makeRecorder } from "@/lib/log/record/recorder";
import type { Deps } from "@/lib/runtime/deps";
import { type Answer, type Call, makeCall } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { type Fault, makeFaulty } from "@/testing/database/faulty-database";
import type { Harness } from "@/testing/harness";

let keys = 0;
let harness: Harness, call: Call, token: string;
/** What becomes of each statement; of a list, the next time it is sent. */
let faults: Record<string, Fault | Fault[]> = {};
let isSignerAway = false;

beforeAll(async () => {
  harness = await createTestCa({
    signer: (own) => ({
      ...own,
      signCertificate: (id) =>
        isSignerAway
          ? Promise.reject(new AppError("signer.unavailable", "The signer does not answer."))
          : own.signCertificate(id),
    }),
  });
  const db = makeFaulty(harness.deps.db, (statement) => {
    const fault = faults[statement] ?? "none";
    return Array.isArray(fault) ? (fault.shift() ?? "none") : fault;
  });
  const deps = { ...harness.deps, db, recorder: makeRecorder({ ...harness.deps.recorder, db }) };
  call = makeCall({ ...deps, authDb: db, authRecorder: deps.recorder } as Deps);
  token = await harness.tokenFor("admin");
});
afterAll(async () => {
  await harness.close();
});
beforeEach(() => {
  faults = {};
  isSignerAway = false;
});

const post = (path: string, body: unknown, key?: string): Promise<Answer> =>
  call("POST", path, {
    token,
    body,
    headers: key === undefined ? {} : { "idempotency-key": key },
  });
const newKey = (): string => `kept-${++keys}`;
const codeOf = ({ status, body }: Answer) => [status, body["code"]];

describe("a key whose first run took effect and was never answered", () => {
  /** An act whose answer no operation of the API reads again. */
  const interrupted = async () => {
    const name = `held-${++keys}.example.com`;
    const identity = await createTestIdentity(harness.deps, undefined, [name]);
    const path = `/identities/${identity}/enrollment-secrets`;
    const body = { profile: "tls-server", uses: 1, expiresInMinutes: 60, networks: [] };
    const key = newKey();
    faults = { transaction: ["lost after"] };
    expect(codeOf(await post(path, body, key))).toEqual([503, "outcome.unknown"]);
    faults = {};
    const count = async () =>
      (await harness.asSuper("select id from enrollment_secret where identity_id = $1", [identity]))
        .length;
    return { repeat: () => post(path, body, key), count };
  };

  test("gets the same answer however often it is repeated, and nothing is done twice", async () => {
    const { repeat, count } = await interrupted();
    const answers = [await repeat(), await repeat(), await repeat()];
    expect(answers.map(codeOf)).toEqual(Array(3).fill([409, "idempotency.interrupted"]));
    expect(new Set(answers.map(({ body }) => body["entryId"])).size).toBe(1);
    expect(await count()).toBe(1);
  });

  test("stays used although a repeat fails because the database is away", async () => {
    const { repeat, count } = await interrupted();
    faults = { "log-append": "refused" };
    expect((await repeat()).status).toBe(503);
    faults = {};
    expect(codeOf(await repeat())).toEqual([409, "idempotency.interrupted"]);
    expect(await count()).toBe(1);
  });
});

describe("a certificate that was signed and could not be recorded", () => {
  const request = async () => {
    const name = `held-${++keys}.example.com`;
    const identity = await createTestIdentity(harness.deps, undefined, [name]);
    return { profile: "tls-server", identity, csr: await makeCsr([name]) };
  };
  const refuse = (closing: Fault): void => {
    faults = {
      issuing_signatures: "refused",
      issuing_signatures_answered: "refused",
      transaction: closing,
    };
  };
  const stateOf = async (id: unknown) =>
    (await harness.asSuper("select state from certificate where id = $1", [id]))[0]?.["state"];

  test("has a serial number that is revoked, if that is what the answer says", async () => {
    for (const key of [undefined, newKey()]) {
      refuse("none");
      const { body, ...answer } = await post("/certificates", await request(), key);
      expect([answer.status, body["code"]]).toEqual([503, "record.unavailable"]);
      expect(body["detail"]).toContain("Its serial number is revoked.");
      expect(await stateOf(body["certificateId"])).toBe("revoked");
    }
  });

  test("has one that will be revoked, if that was not possible at once", async () => {
    refuse("refused");
    const { body } = await post("/certificates", await request());
    expect(body["code"]).toBe("record.unavailable");
    expect(body["detail"]).toContain("Its serial number will be revoked");
    expect(await stateOf(body["certificateId"])).toBe("planned");
    faults = {};
    harness.advance(61_000);
    await reconcilePendingIssuances(harness.deps);
    expect(await stateOf(body["certificateId"])).toBe("revoked");
  });

  test("is not called unissued where its key can still get it", async () => {
    const body = await request();
    const key = newKey();
    refuse("refused");
    const first = await post("/certificates", body, key);
    expect(codeOf(first)).toEqual([503, "outcome.unknown"]);
    faults = {};
    const second = await post("/certificates", body, key);
    expect([second.status, second.body["id"]]).toEqual([201, first.body["certificateId"]]);
  });

  test("is not called impossible to sign where its key can still get it", async () => {
    const body = await request();
    const key = newKey();
    isSignerAway = true;
    faults = { transaction: "refused" };
    const first = await post("/certificates", body, key);
    expect(codeOf(first)).toEqual([503, "outcome.unknown"]);
    faults = {};
    isSignerAway = false;
    const second = await post("/certificates", body, key);
    expect([second.status, second.body["id"]]).toEqual([201, first.body["certificateId"]]);
  });
});
