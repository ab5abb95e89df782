import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { updateAccount } from "@/lib/accounts/update-account";
import { blockPublicKey } from "@/lib/certificates/block-key";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import { makeCsr } from "@/testing/gateway/acme-csr";
import {
  jwkOf,
  makeBinding,
  makeRawClient,
  newKey,
  type AcmeResponse,
  type RawClient,
} from "@/testing/gateway/acme-client";
import { adminActor, system } from "@/testing/actors";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";

let gateway: AcmeGateway;
let client: RawClient;
let other: RawClient;
let urls: Record<string, string>;
let enrollment: CreatedAcmeKey;

beforeAll(async () => {
  gateway = await openAcmeGateway();
  client = newClient();
  other = newClient();
  urls = await client.directory();
  enrollment = await gateway.enroll("payments", ["pay.example.com", "www.pay.example.com"]);
  await client.register(enrollment);
  await other.register(await gateway.enroll("billing", ["bill.example.com"]));
});
afterAll(async () => {
  await gateway.close();
});

const newClient = (): RawClient =>
  makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
const url = (name: string): string => urls[name] ?? "";
const dns = (...names: readonly string[]) => names.map((value) => ({ type: "dns", value }));
const order = (by: RawClient, ...names: readonly string[]): Promise<AcmeResponse> =>
  by.post(url("newOrder"), { identifiers: dns(...names) });
const finalize = async (by: RawClient, made: AcmeResponse, csr: string): Promise<AcmeResponse> =>
  by.post(String(made.body["finalize"]), { csr });
const problem = ({ status, body }: AcmeResponse) => [
  status,
  String(body["type"]).replace("urn:ietf:params:acme:error:", ""),
];

describe("nonces", () => {
  test("HEAD newNonce is 200 and GET newNonce is 204, each with a nonce that is not cached", async () => {
    const head = await client.ask("HEAD", url("newNonce"));
    const get = await client.ask("GET", url("newNonce"));
    expect([head.status, get.status]).toEqual([200, 204]);
    expect(head.headers["replay-nonce"]).toMatch(/^[\w-]{40,}$/);
    expect(get.headers["cache-control"]).toBe("no-store");
  });
  test("a nonce is accepted once, and the badNonce answer carries a fresh one that works", async () => {
    const nonce = await client.nonce();
    const first = await client.post(client.account() ?? "", "", { header: { nonce } });
    const again = await client.post(client.account() ?? "", "", { header: { nonce } });
    expect([first.status, ...problem(again)]).toEqual([200, 400, "badNonce"]);
    const fresh = again.headers["replay-nonce"];
    const third = await client.post(client.account() ?? "", "", { header: { nonce: fresh } });
    expect(third.status).toBe(200);
  });
  test.each([["AAAA"], [undefined], ["A".repeat(59)]])(
    "the nonce %s is a badNonce",
    async (nonce) => {
      const answer = await client.post(client.account() ?? "", "", { header: { nonce } });
      expect(problem(answer)).toEqual([400, "badNonce"]);
    },
  );
});

describe("signatures", () => {
  test("each message with a wrong key, URL, algorithm or both of jwk and kid is refused", async () => {
    const account = client.account() ?? "";
    const wrong = async (header: Record<string, unknown>, key = client.key) =>
      problem(await client.post(account, "", { header, key }));
    expect(await wrong({}, newKey())).toEqual([400, "malformed"]);
    expect(await wrong({ url: url("newOrder") })).toEqual([403, "unauthorized"]);
    expect(await wrong({ alg: "HS256" })).toEqual([400, "badSignatureAlgorithm"]);
    expect(await wrong({ alg: "none" })).toEqual([400, "badSignatureAlgorithm"]);
    expect(await wrong({ jwk: client.jwk })).toEqual([400, "malformed"]);
    expect(await wrong({ crit: ["b64"], b64: false })).toEqual([400, "malformed"]);
  });
  test("a newOrder that is signed by jwk in place of kid gets around no state of its account", async () => {
    const header = { kid: undefined, jwk: client.jwk };
    const answer = await client.post(
      url("newOrder"),
      { identifiers: dns("pay.example.com") },
      { header },
    );
    expect(problem(answer)).toEqual([400, "malformed"]);
  });
  test("accounts are looked up by their whole URL: no beginning, wildcard or other host finds one", async () => {
    const account = client.account() ?? "";
    for (const kid of [
      account.slice(0, -1),
      `${account}x`,
      account.replace(/.$/, "%"),
      account.toUpperCase(),
    ])
      expect(problem(await client.post(account, "", { header: { kid } }))).toEqual([
        400,
        "accountDoesNotExist",
      ]);
  });
  test("GET on an order and bodies that are no JWS are refused with a problem document", async () => {
    expect((await client.ask("GET", url("newOrder"))).status).toBe(405);
    for (const body of ["", "[]", "{}", '{"protected":1}', "null"])
      expect(problem(await client.postBody(url("newOrder"), body))).toEqual([400, "malformed"]);
  });
});

describe("accounts", () => {
  test("without a binding, with a wrong one or one for another key no one gets an account", async () => {
    const stranger = newClient();
    const register = async (binding: object | undefined) =>
      problem(
        await stranger.post(
          url("newAccount"),
          binding === undefined ? {} : { externalAccountBinding: binding },
        ),
      );
    const hmacKey = Buffer.alloc(32, 1).toString("base64url");
    expect(await register(undefined)).toEqual([403, "externalAccountRequired"]);
    expect(
      await register(makeBinding({ ...enrollment, hmacKey }, url("newAccount"), stranger.jwk)),
    ).toEqual([403, "unauthorized"]);
    expect(await register(makeBinding(enrollment, url("newAccount"), jwkOf(newKey())))).toEqual([
      403,
      "unauthorized",
    ]);
    expect(await register(makeBinding(enrollment, url("newOrder"), stranger.jwk))).toEqual([
      400,
      "malformed",
    ]);
  });
  test("a key makes no account once its maker is disabled or no longer an administrator", async () => {
    const { deps } = gateway.harness;
    for (const [name, change] of [
      ["demoted", { role: "operator" }],
      ["disabled", { status: "disabled" }],
    ] as const) {
      const email = `${name}@example.com`;
      const input = { email, name: "Maker", role: "admin" as const };
      const { id } = (await createAccount(deps, system, input)).result;
      const maker = adminActor({ id, label: email });
      const key = await gateway.enroll(name, [`${name}.example.com`], {}, maker);
      await newClient().register(key);
      await updateAccount(deps, system, id, change);
      const late = newClient();
      const externalAccountBinding = makeBinding(key, url("newAccount"), late.jwk);
      expect(problem(await late.post(url("newAccount"), { externalAccountBinding }))).toEqual([
        403,
        "unauthorized",
      ]);
    }
  });
  test("onlyReturnExisting works without a binding, whatever the spelling of the key", async () => {
    const header = { kid: undefined, jwk: { ...client.jwk, use: "sig", kid: "x" } };
    const found = await client.post(url("newAccount"), { onlyReturnExisting: true }, { header });
    expect([found.status, found.headers["location"]]).toEqual([200, client.account()]);
    const none = await newClient().post(url("newAccount"), { onlyReturnExisting: true });
    expect(problem(none)).toEqual([400, "accountDoesNotExist"]);
  });
  test("an account reads and changes nothing of another", async () => {
    const made = await order(other, "bill.example.com");
    expect(made.status).toBe(201);
    const location = String(made.headers["location"]);
    const [authorization = ""] = made.body["authorizations"] as string[];
    for (const target of [location, authorization])
      expect((await client.post(target, "")).status).toBe(404);
    expect((await finalize(client, made, await makeCsr(["bill.example.com"]))).status).toBe(404);
    expect(problem(await client.post(other.account() ?? "", ""))).toEqual([403, "unauthorized"]);
  });
  test("a deactivated account and one whose key is changed or revoked can do nothing", async () => {
    const key = await gateway.enroll("leaving", ["leaving.example.com"]);
    const [leaving, revoked] = [newClient(), newClient()];
    await leaving.register(key);
    await revoked.register(key);
    expect((await leaving.post(leaving.account() ?? "", { status: "deactivated" })).status).toBe(
      200,
    );
    expect(problem(await order(leaving, "leaving.example.com"))).toEqual([403, "unauthorized"]);
    expect((await order(revoked, "leaving.example.com")).status).toBe(201);
    await gateway.revoke(key.id);
    expect(problem(await order(revoked, "leaving.example.com"))).toEqual([403, "unauthorized"]);
    expect((await gateway.entriesOf("request.refused")).at(-1)).toMatchObject({
      details: { code: "acme.unauthorized" },
    });
  });
  test("key change gives the account a new key, and the old one nothing", async () => {
    const key = await gateway.enroll("changing", ["changing.example.com"]);
    const changing = newClient();
    await changing.register(key);
    const next = newKey();
    const inner = changing.sign(
      "",
      { account: changing.account(), oldKey: changing.jwk },
      { alg: "ES256", jwk: jwkOf(next), url: url("keyChange") },
      next,
    );
    expect((await changing.post(url("keyChange"), inner)).status).toBe(200);
    const account = changing.account() ?? "";
    expect(problem(await changing.post(account, ""))).toEqual([400, "malformed"]);
    expect((await changing.post(account, "", { key: next })).status).toBe(200);
    expect(await gateway.entriesOf("acme.key-changed")).toHaveLength(1);
  });
});

describe("orders", () => {
  test("names that are not held, of other types or with a trailing dot are refused, and say which", async () => {
    const refused = await order(client, "pay.example.com", "bill.example.com");
    expect(problem(refused)).toEqual([400, "rejectedIdentifier"]);
    expect(refused.body["subproblems"]).toMatchObject([
      { identifier: { type: "dns", value: "bill.example.com" } },
    ]);
    expect(problem(await order(client, "pay.example.com."))).toEqual([400, "rejectedIdentifier"]);
    const mail = { identifiers: [{ type: "email", value: "a@example.com" }] };
    expect(problem(await client.post(url("newOrder"), mail))).toEqual([
      400,
      "unsupportedIdentifier",
    ]);
    for (const identifiers of [[], null, "pay", [{ type: "dns" }]])
      expect(problem(await client.post(url("newOrder"), { identifiers }))).toEqual([
        400,
        "malformed",
      ]);
  });
  test("a problem never has subproblems: null, which breaks certbot", async () => {
    const answer = await client.post(url("newOrder"), {});
    expect(answer.text).not.toContain("null");
  });
  test("a CSR with fewer or other names, or names of other types, leaves the order ready", async () => {
    const made = await order(client, "pay.example.com", "www.pay.example.com");
    expect(made.body["status"]).toBe("ready");
    const both = ["pay.example.com", "www.pay.example.com"];
    for (const csr of [
      await makeCsr(["pay.example.com"]),
      await makeCsr([...both, "bill.example.com"]),
      await makeCsr(both, { extra: "email:admin@example.com" }),
      await makeCsr(both, { commonName: "bill.example.com" }),
      await makeCsr(both, { key: "rsa:1024" }),
    ])
      expect(problem(await finalize(client, made, csr))).toEqual([400, "badCSR"]);
    const done = await finalize(client, made, await makeCsr(both));
    expect([done.status, done.body["status"]]).toEqual([200, "valid"]);
  });
  test("a CSR with a key that was blocked before it had a certificate is a badCSR", async () => {
    const made = await order(client, "pay.example.com");
    const csr = await makeCsr(["pay.example.com"]);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(csr, "base64url").toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
    await blockPublicKey(gateway.harness.deps, adminActor(), { key: pem, comment: "" });
    const refused = await finalize(client, made, csr);
    expect(problem(refused)).toEqual([422, "badCSR"]);
    expect(refused.text).toContain("This key is blocked");
    const next = await order(client, "pay.example.com");
    const done = await finalize(client, next, await makeCsr(["pay.example.com"]));
    expect([done.status, done.body["status"]]).toEqual([200, "valid"]);
  });
  test("a CSR without a common name, and one with its name in the common name alone, both count", async () => {
    for (const csr of [
      await makeCsr(["pay.example.com"], { commonName: null }),
      await makeCsr([], { commonName: "pay.example.com" }),
    ]) {
      const done = await finalize(client, await order(client, "pay.example.com"), csr);
      expect([done.status, done.body["status"]]).toEqual([200, "valid"]);
    }
  });
  test("a repeated finalize after a lost answer returns the certificate and issues no second one", async () => {
    const made = await order(client, "pay.example.com");
    const csr = await makeCsr(["pay.example.com"]);
    const [first, second] = [await finalize(client, made, csr), await finalize(client, made, csr)];
    expect(second.body["certificate"]).toBe(first.body["certificate"]);
  });
  test("the certificate comes with its whole chain without the root, to its own account alone", async () => {
    const made = await order(client, "pay.example.com");
    const done = await finalize(client, made, await makeCsr(["pay.example.com"]));
    const chain = await client.post(String(done.body["certificate"]), "");
    expect(chain.headers["content-type"]).toBe("application/pem-certificate-chain");
    expect(chain.text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect((await other.post(String(done.body["certificate"]), "")).status).toBe(404);
  });
});
