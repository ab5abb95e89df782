import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { revokeEnrollmentSecret } from "@/lib/enrollment/revoke-enrollment-secret";
import type { EnrollmentSecretInput } from "@/lib/enrollment/schema";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor, operatorActor, system } from "@/testing/actors";
import {
  jwkOf,
  makeBinding,
  makeRawClient,
  newKey,
  type AcmeResponse,
  type BindingKey,
  type RawClient,
} from "@/testing/gateway/acme-client";
import { makeCsr } from "@/testing/gateway/acme-csr";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { until } from "@/testing/gateway/test-gateway";
import { problemsOf } from "@/testing/log/problems-of";

let gateway: AcmeGateway;
let pay: string;
beforeAll(async () => {
  gateway = await openAcmeGateway();
  pay = await gateway.service("pay", ["pay.example.com"]);
});
afterAll(() => gateway.close());

const newClient = (key = newKey()): RawClient =>
  makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"), key);
const secret = (over: Partial<EnrollmentSecretInput> = {}, identity = pay) =>
  gateway.secretFor(identity, over);
const problem = ({ status, body }: AcmeResponse) => [
  status,
  String(body["type"]).replace("urn:ietf:params:acme:error:", ""),
  body["code"],
];
const refusal = (code: string) => [403, "unauthorized", code];
const register = async (by: BindingKey) => problem(await newClient().register(by));
const actionsOf = async (id: string): Promise<unknown[]> =>
  (await gateway.entries())
    .filter(({ target }) => target?.id === id)
    .map(({ action, reason }) => (reason ? [action, reason] : action));
const order = async (by: RawClient, name: string, more = {}): Promise<AcmeResponse> =>
  by.post((await by.directory())["newOrder"] ?? "", {
    identifiers: [{ type: "dns", value: name }],
    ...more,
  });
const accounts = async (): Promise<number> =>
  Number((await gateway.harness.asSuper("select count(*) from acme_account"))[0]?.["count"]);

test("an enrollment secret binds an account that orders under its profile and renews, and the use is an entry in the same transaction", async () => {
  const made = await secret();
  const client = newClient();
  expect((await client.register(made)).status).toBe(201);
  for (const _time of ["first", "renewed"]) {
    const open = await order(client, "pay.example.com");
    const csr = await makeCsr(["pay.example.com"]);
    const done = await client.post(String(open.body["finalize"]), { csr });
    expect([done.status, done.body["status"], done.body["profile"]]).toEqual([
      200,
      "valid",
      "tls-server",
    ]);
  }
  const account = client.account()?.split("/").at(-1);
  const entries = await gateway.entries();
  const at = entries.findIndex(({ target }) => target?.id === account);
  expect(entries[at]).toMatchObject({
    action: "acme.account-created",
    details: { identityId: pay, secretId: made.id },
  });
  expect(entries[at + 1]).toMatchObject({
    action: "enrollment-secret.used",
    target: { id: made.id, label: "pay" },
    details: { identityId: pay, acmeAccountId: account, use: 1, uses: 1, via: "acme" },
  });
});

describe("a secret is refused as an entry that names it, and makes no account", () => {
  test("once its uses are spent by accounts, and the use too many raises the alert", async () => {
    const made = await secret({ uses: 2 });
    expect([
      (await newClient().register(made)).status,
      (await newClient().register(made)).status,
    ]).toEqual([201, 201]);
    const answer = await newClient().register(made);
    expect(problem(answer)).toEqual(refusal("enrollment.secret-spent"));
    expect(answer.body["detail"]).toContain("was used 2 times, as often as it can be");
    expect(await actionsOf(made.id)).toEqual([
      "enrollment-secret.created",
      "enrollment-secret.used",
      "enrollment-secret.used",
      ["enrollment-secret.refused", "enrollment.secret-spent"],
    ]);
    await until(
      async () =>
        (
          await gateway.harness.asSuper(
            "select 1 from alert where rule = 'enrollment-secret-reused' and subject_id = $1",
            [made.id],
          )
        ).length === 1,
    );
  });
  test("once a certificate took its last use over the API", async () => {
    const made = await secret();
    const csr = Buffer.from(await makeCsr(["pay.example.com"]), "base64url").toString("base64");
    const answer = await gateway.client("curl", [
      "-sS",
      "--fail-with-body",
      `-u${made.id}:${made.secret ?? ""}`,
      "-HContent-Type: application/pkcs10",
      "--data-binary",
      csr,
      `${gateway.httpsUrl()}/.well-known/est/simpleenroll`,
    ]);
    expect(answer.length).toBeGreaterThan(400);
    expect(await register(made)).toEqual(refusal("enrollment.secret-spent"));
  });
  test("once it has expired or is revoked", async () => {
    const revoked = await secret();
    await revokeEnrollmentSecret(gateway.harness.deps, system, revoked.id);
    expect(await register(revoked)).toEqual(refusal("enrollment.secret-revoked"));
    const expired = await secret({ expiresInMinutes: 1 });
    gateway.harness.advance(61_000);
    expect(await register(expired)).toEqual(refusal("enrollment.secret-expired"));
    expect(await actionsOf(expired.id)).toEqual([
      "enrollment-secret.created",
      ["enrollment-secret.refused", "enrollment.secret-expired"],
    ]);
  });
  test("from outside its networks", async () => {
    const made = await secret({ networks: ["10.20.0.0/16"] });
    const answer = await newClient().register(made);
    expect(problem(answer)).toEqual(refusal("enrollment.secret-network"));
    expect(answer.body["detail"]).toContain("isn't accepted from 127.0.0.1");
  });
  test("while its identity is suspended", async () => {
    const identity = await gateway.service("paused", ["paused.example.com"]);
    const made = await secret({}, identity);
    await suspendIdentity(gateway.harness.deps, system, identity, { comment: "" });
    expect(await register(made)).toEqual(refusal("enrollment.secret-suspended"));
    await activateIdentity(gateway.harness.deps, system, identity, { comment: "" });
    expect((await newClient().register(made)).status).toBe(201);
  });
  test("once the account that created it is disabled or lost its role", async () => {
    const { deps } = gateway.harness;
    for (const [name, change] of [
      ["demoted", { role: "auditor" }],
      ["disabled", { status: "disabled" }],
    ] as const) {
      const email = `${name}@example.com`;
      const input = { email, name: "Maker", role: "operator" as const };
      const { id } = (await createAccount(deps, system, input)).result;
      const made = await gateway.secretFor(pay, {}, operatorActor({ id, label: email }));
      await updateAccount(deps, system, id, change);
      expect(await register(made)).toEqual(refusal("enrollment.secret-maker-ended"));
    }
  });
});

describe("a client without the secret learns and spends nothing", () => {
  test("a wrong HMAC key, the secret itself as the key, an unknown ID and a binding of another account's key are refused", async () => {
    const made = await secret();
    const other = await secret();
    const before = await accounts();
    const wrong = [
      { kid: made.id, hmacKey: other.hmacKey },
      { kid: made.id, hmacKey: (made.secret ?? "").slice(4) },
      { kid: "ens_01kat8m2wq7h4z0c9d5e6f7g8j", hmacKey: made.hmacKey },
      { kid: "ens_%", hmacKey: made.hmacKey },
    ];
    for (const by of wrong) expect(await register(by)).toEqual(refusal("acme.unauthorized"));
    const thief = newClient();
    const url = (await thief.directory())["newAccount"] ?? "";
    const externalAccountBinding = makeBinding(made, url, jwkOf(newKey()));
    expect(problem(await thief.post(url, { externalAccountBinding }))).toEqual(
      refusal("acme.unauthorized"),
    );
    expect(await accounts()).toBe(before);
    expect(await actionsOf(made.id)).toEqual(["enrollment-secret.created"]);
  });
  test("its HMAC key is no password: over EST it is refused like any wrong secret", async () => {
    const made = await secret();
    const url = `${gateway.httpsUrl()}/.well-known/est/simpleenroll`;
    for (const password of [made.hmacKey, `chy_${made.hmacKey}`]) {
      const args = ["-sS", "-o/dev/null", "-w%{http_code}", `-u${made.id}:${password}`];
      expect(await gateway.client("curl", [...args, "-dAAAA", url])).toBe("401");
    }
    expect(await actionsOf(made.id)).toEqual(["enrollment-secret.created"]);
  });
});

test("of eight accounts at once with three uses left exactly three are created, and a request sent twice costs one use", async () => {
  const made = await secret({ uses: 3 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => newClient().register(made)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201, 201, 201, 403, 403, 403, 403, 403,
  ]);
  const single = await secret();
  const key = newKey();
  const twice = await Promise.all([
    newClient(key).register(single),
    newClient(key).register(single),
  ]);
  expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 201]);
  expect(twice[0]?.headers["location"]).toBe(twice[1]?.headers["location"]);
  expect((await newClient(key).register(single)).status).toBe(200);
});

describe("the account of a secret", () => {
  test("orders no name that its identity doesn't hold and no other profile", async () => {
    const client = newClient();
    await client.register(await secret());
    expect(problem(await order(client, "new.pay.example.com"))).toEqual([
      400,
      "rejectedIdentifier",
      "acme.rejected-identifier",
    ]);
    const other = await order(client, "pay.example.com", { profile: "tls-client-service" });
    expect(problem(other)).toEqual([400, "invalidProfile", "acme.invalid-profile"]);
    expect(other.body["detail"]).toContain("is for tls-server alone");
  });
  test("adds no name by a challenge, also where its profile asks for one", async () => {
    const { deps } = gateway.harness;
    const { rules } = await getProfile(deps, adminActor(), "tls-server");
    const proven = { ...rules, acme: { validation: "challenge", caa: false } };
    const input = { slug: "proven", name: "proven", authority: "issuing", rules: proven };
    await createProfile(deps, adminActor(), profileInput.parse(input));
    const client = newClient();
    await client.register(await secret({ profile: "proven" }));
    expect((await order(client, "pay.example.com")).body["status"]).toBe("pending");
    expect(problem(await order(client, "free.example.com"))[1]).toBe("rejectedIdentifier");
  });
  test("goes on when the secret has expired, and ends when it is revoked", async () => {
    const client = newClient();
    const made = await secret({ expiresInMinutes: 1 });
    await client.register(made);
    gateway.harness.advance(61_000);
    expect((await order(client, "pay.example.com")).status).toBe(201);
    await revokeEnrollmentSecret(gateway.harness.deps, system, made.id);
    const answer = await order(client, "pay.example.com");
    expect(problem(answer)).toEqual(refusal("acme.unauthorized"));
    expect(answer.body["detail"]).toContain("enrollment secret that this account was created with");
  });
});

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(gateway.harness)).toEqual([]);
});
