import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { suspendIdentity, activateIdentity } from "@/lib/identities/set-identity-status";
import { proxyInput } from "@/lib/proxies/schema";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { operatorActor, system } from "@/testing/actors";
import { type Answer, type Call, problemOf } from "@/testing/api/client";
import { basic, type EnrollmentFixture, openEnrollment, pemCsr } from "@/testing/api/enrollment";
import type { Harness } from "@/testing/harness";
import { problemsOf } from "@/testing/log/problems-of";

let harness: Harness, call: Call, admin: string, operator: string;
let ids: Readonly<Record<string, string>>, create: EnrollmentFixture["create"];
let use: EnrollmentFixture["use"], newIdentity: EnrollmentFixture["newIdentity"];
beforeAll(async () => {
  ({ harness, call, admin, operator, ids, create, use, newIdentity } = await openEnrollment());
});
afterAll(async () => {
  await harness.close();
});

const codeOf = (answer: Answer) => [answer.status, answer.body["code"]];
const actionsOf = async (id: string): Promise<unknown[]> =>
  (await harness.entriesOf(id)).map(({ action, reason }) => (reason ? [action, reason] : action));

describe("creating, listing and revoking", () => {
  test("the secret is in the first answer alone: the list, a repeated request, the log and the database have none of it", async () => {
    const key = { "idempotency-key": "create-one" };
    const body = { profile: "tls-server" };
    const path = `/identities/${ids["pay"]}/enrollment-secrets`;
    const made = await call("POST", path, { token: operator, body, headers: key });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^ens_[a-z0-9]{26}$/),
      secret: expect.stringMatching(/^chy_[\w-]{43}$/),
      profile: "tls-server",
      status: "active",
      uses: 1,
      used: 0,
      networks: [],
    });
    expect(made.body["estUrl"]).toMatch(/\/\.well-known\/est\/tls-server$/);
    expect(made.body["hmacKey"]).toMatch(/^[\w-]{43}$/);
    expect(made.body["directory"]).toMatch(/\/acme\/tls-server\/directory$/);
    const [secret, hmacKey] = [String(made.body["secret"]), String(made.body["hmacKey"])];
    const again = await call("POST", path, { token: operator, body, headers: key });
    expect(again.body).toEqual({ ...made.body, secret: null, hmacKey: null });
    const list = await call("GET", path, { token: admin });
    const [shown] = list.body["items"] as object[];
    const once = ["secret", "hmacKey", "estUrl", "directory", "entryId"];
    expect(Object.keys(made.body).toSorted()).toEqual(
      [...Object.keys(shown ?? {}), ...once].toSorted(),
    );
    expect(made.body).toMatchObject(shown ?? {});
    const rows = await harness.asSuper("select to_jsonb(s)::text as row from enrollment_secret s");
    const all = list.text + JSON.stringify(await harness.entries()) + JSON.stringify(rows);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(secret.slice(4));
    expect(all).not.toContain(hmacKey);
    expect(all).not.toContain(Buffer.from(hmacKey, "base64url").toString("hex"));
  });
  test.each([
    [{ profile: "" }, 400, "request.invalid"],
    [{ profile: "no-such" }, 422, "enrollment.unusable-profile"],
    [{ profile: "tls-client-person" }, 422, "enrollment.unusable-profile"],
    [{ uses: 0 }, 400, "request.invalid"],
    [{ uses: 101 }, 400, "request.invalid"],
    [{ uses: 1.5 }, 400, "request.invalid"],
    [{ expiresInMinutes: 0 }, 400, "request.invalid"],
    [{ expiresInMinutes: 43_201 }, 400, "request.invalid"],
    [{ networks: ["nowhere"] }, 400, "request.invalid"],
    [{ networks: ["10.0.0.0/40"] }, 422, "network.invalid"],
    [{ names: ["pay.example.com"] }, 400, "request.invalid"],
  ])("%j is refused and makes no secret", async (over, status, code) => {
    const before = await harness.asSuper("select count(*) from enrollment_secret");
    const { answer } = await create(over);
    expect(codeOf(answer), answer.text).toEqual([status, code]);
    expect(await harness.asSuper("select count(*) from enrollment_secret")).toEqual(before);
  });
  test("auditors and approvers create and revoke none, and an identity makes none for itself", async () => {
    const { id } = await create();
    const service = await harness.tokenFor("service", ids["pay"]);
    const others = [await harness.tokenFor("auditor"), await harness.tokenFor("approver"), service];
    for (const token of others) {
      expect(codeOf((await create({}, ids["pay"], token)).answer)).toEqual([403, "forbidden"]);
      const revoked = await call("POST", `/enrollment-secrets/${id}/revoke`, { token });
      expect(codeOf(revoked)).toEqual([403, "forbidden"]);
    }
  });
  test("no one makes one for an identity that confers power, and what was made before gets nothing", async () => {
    const identity = await newIdentity("edge", ["edge.example.com"]);
    const made = await create({}, identity);
    const proxy = proxyInput.parse({ identity, kind: "nginx", scopes: ["api"] });
    await trustProxy(harness.deps, { ...system, role: "admin" }, proxy);
    for (const token of [admin, operator]) {
      const { answer } = await create({}, identity, token);
      expect(problemOf(answer)).toMatchObject({ code: "identity.confers-power" });
      expect(answer.text).toContain("so no one can create enrollment secrets for it");
    }
    const answer = await use(made, {
      body: { identity, csr: await pemCsr(["edge.example.com"]) },
    });
    expect(codeOf(answer)).toEqual([422, "certificate.refused"]);
    expect(answer.text).toContain("an enrollment secret can’t issue certificates for it");
  });
  test("a suspended or unknown identity gets none", async () => {
    const identity = await newIdentity("leaving", ["leaving.example.com"]);
    await suspendIdentity(harness.deps, system, identity, { comment: "" });
    expect((await create({}, identity)).answer.body["code"]).toBe("identity.suspended");
    expect(codeOf((await create({}, "idn_unknown")).answer)).toEqual([404, "identity.not-found"]);
  });
});

describe("issuing", () => {
  test("its holder gets one certificate as the identity, and the use is an entry in the same transaction as the plan", async () => {
    const made = await create();
    const issued = await use(made);
    expect(issued.status, issued.text).toBe(201);
    expect(issued.body).toMatchObject({ identity: { id: ids["pay"] }, status: "valid" });
    const [, used] = await harness.entriesOf(made.id);
    expect(used).toMatchObject({
      action: "enrollment-secret.used",
      outcome: "success",
      actor: { kind: "enrollment-secret", id: made.id, label: "Enrollment secret of pay" },
      target: { kind: "enrollment-secret", id: made.id, label: "pay" },
      details: { certificateId: issued.body["id"], use: 1, uses: 1, via: "api" },
    });
    const [planned] = await harness.entriesOf(String(issued.body["id"]));
    expect(planned).toMatchObject({
      action: "certificate.planned",
      actor: { kind: "enrollment-secret", id: made.id },
    });
    const list = await call("GET", `/identities/${ids["pay"]}/enrollment-secrets`, {
      token: admin,
    });
    const [first] = list.body["items"] as object[];
    expect(first).toMatchObject({ id: made.id, status: "spent", used: 1 });
  });
  test("a spent secret is refused in clear words, each time as an entry that names it", async () => {
    const made = await create();
    await use(made);
    const again = await use(made);
    expect(codeOf(again)).toEqual([403, "enrollment.secret-spent"]);
    expect(again.body["detail"]).toContain("was used already. If that wasn't you, revoke");
    await use(made);
    expect(await actionsOf(made.id)).toEqual([
      "enrollment-secret.created",
      "enrollment-secret.used",
      ["enrollment-secret.refused", "enrollment.secret-spent"],
      ["enrollment-secret.refused", "enrollment.secret-spent"],
    ]);
  });
  test("of eight requests at once with three uses left exactly three get a certificate", async () => {
    const made = await create({ uses: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => use(made)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 201, 201, 403, 403, 403, 403, 403,
    ]);
    const refused = answers.filter(({ status }) => status === 403);
    expect(new Set(refused.map(({ body }) => body["code"]))).toEqual(
      new Set(["enrollment.secret-spent"]),
    );
    const entries = await harness.entriesOf(made.id);
    const uses = entries.filter(({ action }) => action === "enrollment-secret.used");
    expect(uses.map(({ details }) => details["use"])).toEqual([1, 2, 3]);
    expect(entries.filter(({ action }) => action === "enrollment-secret.refused")).toHaveLength(5);
  });
  test("a repeated request with its Idempotency-Key gets the certificate again, although the use is spent", async () => {
    const made = await create();
    const csr = await pemCsr(["pay.example.com"]);
    const headers = { "idempotency-key": "enroll-once" };
    const first = await use(made, { headers, body: { csr } });
    const again = await use(made, { headers, body: { csr } });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body["id"]).toBe(first.body["id"]);
  });
  test.each([
    ["names that the identity doesn't hold", ["bill.example.com"], undefined, "name.not-held"],
    ["an RSA key of 1024 bits", ["pay.example.com"], { key: "rsa:1024" }, "key.rsa-too-short"],
  ])("%s: refused, and the use is not spent", async (_what, names, options, code) => {
    const made = await create();
    const answer = await use(made, { body: { csr: await pemCsr(names, options) } });
    expect(codeOf(answer)).toEqual([422, "certificate.refused"]);
    expect(answer.text).toContain(code);
    expect(await actionsOf(made.id)).toEqual(["enrollment-secret.created"]);
    expect((await use(made)).status).toBe(201);
  });
  test("it adds no names, whatever the request says", async () => {
    const made = await create();
    const csr = await pemCsr(["new.pay.example.com"]);
    const answer = await use(made, { body: { csr, addNames: true } });
    expect(codeOf(answer)).toEqual([422, "certificate.refused"]);
  });
});

describe("refusals", () => {
  test("another profile and another identity are refused as entries, and spend nothing", async () => {
    const made = await create();
    const profile = await use(made, { body: { profile: "tls-client-service" } });
    expect(codeOf(profile)).toEqual([403, "enrollment.secret-profile"]);
    expect(profile.body["detail"]).toContain("for the profile tls-server alone");
    const identity = await use(made, { body: { identity: ids["bill"] } });
    expect(codeOf(identity)).toEqual([403, "enrollment.secret-identity"]);
    expect(await actionsOf(made.id)).toEqual([
      "enrollment-secret.created",
      ["enrollment-secret.refused", "enrollment.secret-profile"],
      ["enrollment-secret.refused", "enrollment.secret-identity"],
    ]);
    expect((await use(made)).status).toBe(201);
  });
  test("a revoked secret is refused at once, and revoking again changes nothing", async () => {
    const made = await create();
    const revoke = () =>
      call("POST", `/enrollment-secrets/${made.id}/revoke`, {
        token: operator,
        body: { comment: "sent to the wrong team" },
      });
    const first = await revoke();
    expect(first.body).toMatchObject({ status: "revoked" });
    expect((await revoke()).body["revokedAt"]).toBe(first.body["revokedAt"]);
    expect(codeOf(await use(made))).toEqual([403, "enrollment.secret-revoked"]);
    expect(
      codeOf(await call("POST", "/enrollment-secrets/ens_no/revoke", { token: admin })),
    ).toEqual([404, "enrollment.secret-not-found"]);
  });
  test("it is accepted from its networks alone", async () => {
    const made = await create({ networks: ["10.20.0.0/16", "2001:db8::1"] });
    const refused = await use(made, { ip: "10.21.0.1" });
    expect(codeOf(refused)).toEqual([403, "enrollment.secret-network"]);
    expect(refused.body["detail"]).toContain("from 10.21.0.1");
    expect((await use(made, { ip: "2001:db8::1" })).status).toBe(201);
  });
  test("it ends with the suspension of its identity, and goes on after it", async () => {
    const identity = await newIdentity("paused", ["paused.example.com"]);
    const made = await create({}, identity);
    const body = { identity, csr: await pemCsr(["paused.example.com"]) };
    await suspendIdentity(harness.deps, system, identity, { comment: "" });
    expect(codeOf(await use(made, { body }))).toEqual([403, "enrollment.secret-suspended"]);
    await activateIdentity(harness.deps, system, identity, { comment: "" });
    expect((await use(made, { body })).status).toBe(201);
  });
  test("it ends with the account that made it: disabled, or without the role for it", async () => {
    const input = {
      email: "ops@example.com",
      name: "Ops",
      role: "operator",
      password: "correct horse battery staple",
    };
    const { result: account } = await createAccount(harness.deps, system, input as never);
    const maker = operatorActor({ id: account.id, label: "ops@example.com" });
    const wish = { profile: "tls-server", uses: 2, expiresInMinutes: 60, networks: [] };
    const { result } = await createEnrollmentSecret(harness.deps, maker, String(ids["pay"]), wish);
    const made = { id: result.id, secret: result.secret ?? "" };
    expect((await use(made)).status).toBe(201);
    await updateAccount(harness.deps, system, account.id, { role: "auditor" });
    expect(codeOf(await use(made))).toEqual([403, "enrollment.secret-maker-ended"]);
  });
  test("an expired secret is refused", async () => {
    const made = await create({ expiresInMinutes: 1 });
    harness.advance(61_000);
    const answer = await use(made);
    expect(codeOf(answer)).toEqual([403, "enrollment.secret-expired"]);
    expect(answer.body["detail"]).toMatch(/expired on \d{4}-/);
  });
  test("a wrong secret, another's ID and what is no credential all look the same", async () => {
    const made = await create();
    const other = await create();
    const attempts = [
      { id: made.id, secret: other.secret },
      { id: made.id, secret: `${made.secret.slice(0, -1)}_` },
      { id: "", secret: made.secret },
      { id: made.id, secret: "" },
      { id: admin, secret: admin },
    ];
    for (const attempt of attempts) {
      const answer = await use(attempt);
      expect(codeOf(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.body["detail"]).toContain("The enrollment secret is wrong");
    }
    for (const authorization of ["Basic", "Basic !!", `Bearer ${made.secret}`, "basic "])
      expect((await use(made, { headers: { authorization } })).status).toBe(401);
    expect(await actionsOf(made.id)).toEqual(["enrollment-secret.created"]);
  });
  test("it opens nothing but the issuing of a certificate", async () => {
    const made = await create();
    const issued = await create({ uses: 2 });
    const certificate = (await use(issued)).body["id"];
    const headers = basic(issued.id, issued.secret);
    const csr = await pemCsr(["pay.example.com"]);
    for (const [method, path, body] of [
      ["GET", "/certificates", undefined],
      ["GET", `/certificates/${String(certificate)}`, undefined],
      ["POST", "/certificates/preview", { profile: "tls-server", identity: ids["pay"], csr }],
      ["POST", `/certificates/${String(certificate)}/rotate`, { csr }],
      ["POST", `/certificates/${String(certificate)}/revoke`, { reason: "superseded" }],
      ["POST", `/enrollment-secrets/${made.id}/revoke`, {}],
      ["POST", `/identities/${ids["pay"]}/enrollment-secrets`, { profile: "tls-server" }],
    ] as const) {
      const answer = await call(method, path, { headers, ...(body ? { body } : {}) });
      expect([path, ...codeOf(answer)]).toEqual([path, 401, "unauthenticated"]);
    }
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(harness)).toEqual([]);
});
