import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { makeRecorder } from "@/lib/log/record/recorder";
import type { Deps } from "@/lib/runtime/deps";
import { type Answer, type Call, makeCall } from "@/testing/api/client";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import { type Fault, makeFaulty } from "@/testing/database/faulty-database";
import type { Harness } from "@/testing/harness";

// The database fails once within a request: at its first statement, at its second, and so on to its
// last. What the caller heard then stays so, and the same request under its key ends it.
const faults = ["refused", "lost before", "lost after"] as const satisfies readonly Fault[];
const acts = ["issue", "rotate", "revoke"] as const;
type Act = (typeof acts)[number];

let harness: Harness, call: Call, token: string;
let keys = 0;
/** Which of the coming statements fails, counted from 0, and how; and how many there were. */
let failing: Readonly<{ at: number; fault: Fault }> | null = null;
let statements = 0;

beforeAll(async () => {
  harness = await createTestCa();
  const db = makeFaulty(harness.deps.db, () => {
    const at = statements++;
    return failing?.at === at ? failing.fault : "none";
  });
  const deps = { ...harness.deps, db, recorder: makeRecorder({ ...harness.deps.recorder, db }) };
  call = makeCall({ ...deps, authDb: db, authRecorder: deps.recorder } as Deps);
  token = await harness.tokenFor("admin");
});
afterAll(() => harness.close());

type Request = Readonly<{ path: string; body: object; identity: string; certificate: string }>;
const send = ({ path, body }: Pick<Request, "path" | "body">, key: string): Promise<Answer> =>
  call("POST", path, { token, body, headers: { "idempotency-key": key } });

/** A request of this kind that can succeed. */
async function prepare(act: Act): Promise<Request> {
  const name = `statement-${++keys}.example.com`;
  const identity = await createTestIdentity(harness.deps, undefined, [name]);
  const body = { profile: "tls-server", identity, csr: await makeCsr([name]) };
  if (act === "issue") return { path: "/certificates", body, identity, certificate: "" };
  const issued = await send({ path: "/certificates", body }, `made-${keys}`);
  const certificate = String(issued.body["id"]);
  const path = `/certificates/${certificate}/${act}`;
  return act === "rotate"
    ? { path, body: { csr: await makeCsr([name]), overlapSeconds: 0 }, identity, certificate }
    : { path, body: { reason: "superseded" }, identity, certificate };
}

/** Sends it again until there is a final answer; its process is gone meanwhile. */
async function repeat(request: Request, key: string): Promise<Answer> {
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await send(request, key);
    if (answer.body["code"] !== "idempotency.running") return answer;
    await harness.asSuper("update idempotency_key set backend = 0 where key = $1", [key]);
  }
  throw new Error("the key stays in use");
}

async function countIssued({ identity }: Request): Promise<number> {
  harness.advance(61_000);
  await reconcilePendingIssuances(harness.deps);
  const rows = await harness.asSuper(
    "select id from certificate where identity_id = $1 and der is not null and state <> 'planned'",
    [identity],
  );
  return rows.length;
}
async function countRevocations({ certificate }: Request): Promise<number> {
  const entries = await harness.entriesOf(certificate);
  return entries.filter(({ action }) => action === "certificate.revoked").length;
}

const issuedBy = { issue: 1, rotate: 2, revoke: 1 } as const;
const revokedBy = { issue: 0, rotate: 1, revoke: 1 } as const;

describe.each(acts)("a request to %s", (act) => {
  let last = 0;
  beforeAll(async () => {
    const request = await prepare(act);
    statements = 0;
    await send(request, `healthy-${act}`);
    last = statements;
  });

  test.each(faults)(
    "at whichever statement the database is %s, is not answered with 500, keeps the answer that it got, and is done once when it is repeated",
    async (fault) => {
      expect(last).toBeGreaterThan(3);
      const heard = new Map<number, number>();
      for (let at = 0; at < last; at += 1) {
        const request = await prepare(act);
        const key = `every-${act}-${fault.replace(" ", "-")}-${at}`;
        statements = 0;
        failing = { at, fault };
        const first = await send(request, key);
        failing = null;
        heard.set(first.status, (heard.get(first.status) ?? 0) + 1);
        const where = `statement ${at} of ${last}: ${first.text}`;
        expect([200, 201, 503], where).toContain(first.status);
        const final = await repeat(request, key);
        expect(final.status, `${where}\nthen ${final.text}`).toBe(act === "revoke" ? 200 : 201);
        expect(first.status === 503 ? final.body : first.body, where).toEqual(final.body);
        expect(await countIssued(request), where).toBe(issuedBy[act]);
        expect(await countRevocations(request), where).toBe(revokedBy[act]);
      }
      expect(heard.get(503), "the faults had an effect").toBeGreaterThan(0);
    },
  );
});
