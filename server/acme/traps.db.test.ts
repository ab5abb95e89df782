import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { createConfirmedAuthority } from "@/testing/ca/host-operator";
import { makeRawClient, type AcmeResponse, type RawClient } from "@/testing/gateway/acme-client";
import { makeCsr } from "@/testing/gateway/acme-csr";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { until } from "@/testing/gateway/test-gateway";
import { testHostCaller } from "@/testing/harness";

// What shipping ACME servers fell into, beyond what the other tests of this folder name.
let gateway: AcmeGateway;
let responder: Server;
const answers = new Map<string, string>();
beforeAll(async () => {
  responder = createServer(({ url = "" }, response) => {
    response.end(answers.get(url.slice(url.lastIndexOf("/") + 1)) ?? "");
  });
  await new Promise<void>((done) => responder.listen(0, "0.0.0.0", done));
  const { port } = responder.address() as AddressInfo;
  gateway = await openAcmeGateway({ resolvers: [], httpPort: port, tlsPort: 443 });
  const { deps } = gateway.harness;
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const san = { ...rules.san, ipRanges: [...rules.san.ipRanges, "127.0.0.0/8"] };
  const proven = { ...rules, san, acme: { validation: "challenge", caa: false } };
  const input = { slug: "proven", name: "proven", authority: "issuing", rules: proven };
  await createProfile(deps, adminActor(), profileInput.parse(input));
});
afterAll(async () => {
  responder?.close();
  await gateway?.close();
});

async function newClient(...args: Parameters<AcmeGateway["enroll"]>): Promise<RawClient> {
  const client = makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
  await client.register(await gateway.enroll(...args));
  return client;
}
const order = async (
  by: RawClient,
  type: "dns" | "ip",
  ...values: string[]
): Promise<AcmeResponse> =>
  by.post((await by.directory())["newOrder"] ?? "", {
    identifiers: values.map((value) => ({ type, value })),
  });
/** openssl's text of the certificate of an order. */
async function issue(by: RawClient, made: AcmeResponse, csr: string): Promise<string> {
  const done = await by.post(String(made.body["finalize"]), { csr });
  expect(done.body["status"], done.text).toBe("valid");
  const chain = await by.post(String(done.body["certificate"]), "");
  return gateway.client("sh", ["-c", 'printf %s "$PEM" | openssl x509 -noout -text'], {
    PEM: chain.text,
  });
}

test("a CSR with an empty subject gets an empty subject and a critical subjectAltName, and one with a name a common name", async () => {
  const by = await newClient("empty", ["empty.example.com"]);
  const csr = await makeCsr(["empty.example.com"], { commonName: null });
  const text = await issue(by, await order(by, "dns", "empty.example.com"), csr);
  expect(text).toMatch(/Subject Alternative Name: critical\s+DNS:empty\.example\.com\n/);
  expect(text).toMatch(/Subject: ?\n/);
  const named = await makeCsr(["empty.example.com"]);
  const other = await issue(by, await order(by, "dns", "empty.example.com"), named);
  expect(other).toMatch(/Subject Alternative Name: ?\n/);
});

test("extended key usages of the CSR are never copied: the profile supplies them, asked for or not", async () => {
  const by = await newClient("usages", ["usages.example.com"]);
  const plain = await makeCsr(["usages.example.com"]);
  const asking = await makeCsr(["usages.example.com"], {
    extension: "extendedKeyUsage=clientAuth,codeSigning,emailProtection",
  });
  for (const csr of [plain, asking]) {
    const text = await issue(by, await order(by, "dns", "usages.example.com"), csr);
    const usages = /Extended Key Usage: ?\n\s+(.*)\n/.exec(text)?.[1];
    expect(usages).toBe("TLS Web Server Authentication");
  }
});

test("an IP address is an identifier like a name: ordered, held, and an address in the certificate", async () => {
  const by = await newClient("addresses", ["10.20.30.40", "fd00::7"]);
  const made = await order(by, "ip", "10.20.30.40", "FD00:0::7");
  expect(made.body["identifiers"]).toEqual([
    { type: "ip", value: "10.20.30.40" },
    { type: "ip", value: "fd00::7" },
  ]);
  const csr = await makeCsr([], { commonName: null, extra: "IP:10.20.30.40,IP:fd00::7" });
  expect(await issue(by, made, csr)).toMatch(
    /IP Address:10\.20\.30\.40, IP Address:FD00:0:0:0:0:0:0:7/,
  );
  const asName = await order(by, "dns", "10.20.30.40");
  expect([asName.status, asName.body["code"]]).toEqual([400, "acme.rejected-identifier"]);
});

test("each identifier of an order is validated by itself: proof of one authorizes no other", async () => {
  const by = await newClient("several", ["127.0.0.21", "127.0.0.22"], { profiles: ["proven"] });
  const made = await order(by, "ip", "127.0.0.21", "127.0.0.22");
  const [first = "", second = ""] = made.body["authorizations"] as string[];
  const challengeOf = async (authorization: string) => {
    const offered = (await by.post(authorization, "")).body["challenges"];
    const challenges = offered as Record<string, string>[];
    return challenges.find(({ type }) => type === "http-01") ?? {};
  };
  const [one, other] = [await challengeOf(first), await challengeOf(second)];
  expect(one["token"]).not.toBe(other["token"]);
  const [account] = await gateway.harness.asSuper(
    "select thumbprint from acme_account where id = $1",
    [by.account()?.split("/").at(-1)],
  );
  // The second address answers with the proof of the first.
  const proof = `${one["token"]}.${String(account?.["thumbprint"])}`;
  answers.set(one["token"] ?? "", proof).set(other["token"] ?? "", proof);
  await by.post(one["url"] ?? "", {});
  await by.post(other["url"] ?? "", {});
  const statusOf = async (url: string) => (await by.post(url, "")).body["status"];
  await until(async () => (await statusOf(second)) !== "pending");
  expect([await statusOf(first), await statusOf(second)]).toEqual(["valid", "invalid"]);
  const csr = await makeCsr([], { commonName: null, extra: "IP:127.0.0.21,IP:127.0.0.22" });
  const refused = await by.post(String(made.body["finalize"]), { csr });
  expect([refused.status, refused.body["code"]]).toEqual([403, "acme.order-not-ready"]);
});

test("a validation that another process works on is left to it, and taken over twenty seconds after its last sign", async () => {
  const by = await newClient("left", ["127.0.0.23"], { profiles: ["proven"] });
  const made = await order(by, "ip", "127.0.0.23");
  const [authorization = ""] = made.body["authorizations"] as string[];
  const offered = (await by.post(authorization, "")).body["challenges"] as Record<string, string>[];
  const { token = "" } = offered.find(({ type }) => type === "http-01") ?? {};
  const id = authorization.split("/").at(-1);
  const [account] = await gateway.harness.asSuper(
    "select thumbprint from acme_account where id = $1",
    [by.account()?.split("/").at(-1)],
  );
  answers.set(token, `${token}.${String(account?.["thumbprint"])}`);
  const claimUntil = (until: string) =>
    gateway.harness.asSuper(
      "update acme_authorization set challenge = 'http-01', lease_until = $2::timestamptz where id = $1",
      [id, until],
    );
  const now = gateway.harness.deps.clock.now().getTime();
  await claimUntil(new Date(now + 60_000).toISOString());
  for (let poll = 0; poll < 3; poll += 1)
    expect((await by.post(authorization, "")).body["status"]).toBe("pending");
  expect(
    await gateway.harness.asSuper(
      "select from acme_authorization where id = $1 and lease_until > $2",
      [id, new Date(now + 59_000).toISOString()],
    ),
  ).toHaveLength(1);
  await claimUntil(new Date(now - 1).toISOString());
  await until(async () => (await by.post(authorization, "")).body["status"] === "valid");
});

test("an attempt that is repeated keeps its validation from others", async () => {
  const by = await newClient("slow", ["127.0.0.24"], { profiles: ["proven"] });
  const made = await order(by, "ip", "127.0.0.24");
  const [authorization = ""] = made.body["authorizations"] as string[];
  const offered = (await by.post(authorization, "")).body["challenges"] as Record<string, string>[];
  const { url = "" } = offered.find(({ type }) => type === "http-01") ?? {};
  const { advance, asSuper, deps } = gateway.harness;
  const leaseOf = async (): Promise<number> => {
    const [row] = await asSuper("select lease_until from acme_authorization where id = $1", [
      authorization.split("/").at(-1),
    ]);
    return (row?.["lease_until"] as Date | null)?.getTime() ?? 0;
  };
  responder.prependOnceListener("request", (request) => {
    advance(5_000);
    request.socket.destroy();
  });
  const began = deps.clock.now().getTime();
  await by.post(url, {});
  // The first attempt fails five seconds later, and the claim then ends twenty seconds after that.
  await until(async () => (await leaseOf()) > began + 24_000);
  expect(await leaseOf()).toBeGreaterThanOrEqual(began + 25_000);
});

test("the whole chain is served, not the issuer alone: below three CAs it has each but the root, in order", async () => {
  const { deps } = gateway.harness;
  const { id: root } = await getAuthority(deps, adminActor(), "root");
  const common = { keyAlgorithm: "ecdsa-p256", validityYears: 2 } as const;
  const policy = { ...common, name: "Policy CA", slug: "policy", parentId: root, pathLength: 1 };
  const { id: parentId } = await createConfirmedAuthority(deps, policy);
  const deep = { ...common, name: "Deep CA", slug: "deep", parentId, pathLength: 0 };
  await createConfirmedAuthority(deps, deep);
  const none = { uri: [], email: [], ip: [] };
  const addition = { ...none, dns: ["example.com"], usages: ["serverAuth"], days: 397 };
  await deps.signer.allow(testHostCaller, { authority: "deep", addition });
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const input = { slug: "of-deep", name: "of-deep", authority: "deep", rules };
  await createProfile(deps, adminActor(), profileInput.parse(input));

  const by = await newClient("deep", ["deep.example.com"], { profiles: ["of-deep"] });
  const made = await order(by, "dns", "deep.example.com");
  const csr = await makeCsr(["deep.example.com"]);
  const done = await by.post(String(made.body["finalize"]), { csr });
  const { text } = await by.post(String(done.body["certificate"]), "");
  const chain = (text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
  expect(chain.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1])).toEqual([
    "deep.example.com",
    "Deep CA",
    "Policy CA",
  ]);
  const top = new X509Certificate(readFileSync(gateway.rootFile));
  const issuers = [...chain.slice(1), top];
  expect(chain.map((one, at) => one.verify(issuers[at]?.publicKey ?? top.publicKey))).toEqual([
    true,
    true,
    true,
  ]);
});
