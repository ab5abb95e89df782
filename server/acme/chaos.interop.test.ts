import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { type ChaosProxy, openChaosProxy } from "@/testing/gateway/chaos-proxy";
import { problemsOf } from "@/testing/log/problems-of";

// Between client and server, requests and answers get lost, nonces are refused, and orders take long.
const isMissing = (name: string): boolean => !existsSync(`/usr/bin/${name}`) && !process.env["CI"];
const attempts = 25;

let gateway: AcmeGateway;
const proxies: ChaosProxy[] = [];
beforeAll(async () => {
  gateway = await openAcmeGateway();
});
afterAll(async () => {
  for (const proxy of proxies) await proxy.close();
  await gateway?.close();
});

async function openProxy(seed: number): Promise<ChaosProxy & { directory: string }> {
  const proxy = await openChaosProxy({
    target: gateway.httpsUrl(),
    folder: gateway.home(`chaos-${seed}`),
    serverRootFile: gateway.rootFile,
    seed,
  });
  proxies.push(proxy);
  return { ...proxy, directory: `${proxy.url}/acme/directory` };
}

/** Runs a client as a timer would: again if it failed. Its last output if it never succeeds. */
async function untilDone(run: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const error = await run().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) return;
    if (attempt === attempts) throw error;
  }
}

/** Every order of an identity has one certificate or, if its client gave it up before, none. */
async function expectOneEach(identityId: string, atLeast: number): Promise<void> {
  const orders = await gateway.harness.asSuper(
    "select status, coalesce(certificate_id, '') as certificate from acme_order where identity_id = $1",
    [identityId],
  );
  const certificates = await gateway.harness.asSuper(
    "select id, state from certificate where identity_id = $1",
    [identityId],
  );
  const ofOrders = orders.map(({ certificate: id }) => id as string).filter((id) => id !== "");
  expect(certificates.map(({ state }) => state)).not.toContain("planned");
  expect(certificates.map(({ id }) => id as string).toSorted()).toEqual(ofOrders.toSorted());
  expect(certificates.length).toBeGreaterThanOrEqual(atLeast);
  const issued = (await gateway.entriesOf("acme.order-issued")).filter(({ details }) =>
    ofOrders.includes(details["certificateId"] as string),
  );
  expect(issued).toHaveLength(ofOrders.length);
}

function expectTrouble({ counts }: ChaosProxy): void {
  for (const [trouble, count] of Object.entries(counts()))
    expect(`${trouble}: ${count > 0 ? "some" : "none"}`).toBe(`${trouble}: some`);
}

test("acme-client gets twelve certificates through lost answers, refused nonces and slow orders, one for each order", async () => {
  const key = await gateway.enroll("chaos npm", ["npm.example.com"]);
  const proxy = await openProxy(7);
  const script = join(import.meta.dirname, "../../testing/gateway/npm-acme-client.mjs");
  const home = gateway.home("chaos-npm");
  const serials = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    await untilDone(() =>
      gateway.client(process.execPath, [script, home, "issue", "npm.example.com"], {
        NODE_EXTRA_CA_CERTS: proxy.rootFile,
        DIRECTORY: proxy.directory,
        KID: key.kid,
        HMAC: key.hmacKey ?? "",
      }),
    );
    serials.add(new X509Certificate(readFileSync(join(home, "cert.pem"))).serialNumber);
  }
  expect(serials.size).toBe(12);
  await expectOneEach(key.identityId, 12);
  expectTrouble(proxy);
  const accounts = await gateway.entriesOf("acme.account-created");
  expect(accounts.filter(({ details }) => details["identityId"] === key.identityId)).toHaveLength(
    1,
  );
});

const lego = ({ kid, hmacKey }: CreatedAcmeKey, proxy: ChaosProxy & { directory: string }) =>
  gateway.client(
    "lego",
    [
      `--server=${proxy.directory}`,
      `--path=${gateway.home("chaos-lego")}`,
      "--accept-tos",
      "--email=ops@example.com",
      "--eab",
      `--kid=${kid}`,
      `--hmac=${hmacKey ?? ""}`,
      "--http",
      "--http.port=127.0.0.1:0",
      "--domains=lego.example.com",
      "run",
    ],
    { LEGO_CA_CERTIFICATES: proxy.rootFile },
  );

test.skipIf(isMissing("lego"))(
  "lego, started again when it gives up, ends with its certificate, one for each order",
  async () => {
    const key = await gateway.enroll("chaos lego", ["lego.example.com"]);
    const proxy = await openProxy(11);
    for (let n = 0; n < 3; n += 1) await untilDone(() => lego(key, proxy));
    const file = join(gateway.home("chaos-lego"), "certificates/lego.example.com.crt");
    expect(new X509Certificate(readFileSync(file)).subjectAltName).toBe("DNS:lego.example.com");
    await expectOneEach(key.identityId, 3);
  },
);

test.skipIf(isMissing("certbot"))(
  "certbot, started again when it gives up, ends with its certificate, one for each order",
  async () => {
    const key = await gateway.enroll("chaos certbot", ["certbot.example.com"]);
    const proxy = await openProxy(13);
    const home = gateway.home("chaos-certbot");
    await untilDone(() =>
      gateway.client(
        "certbot",
        [
          "certonly",
          "--non-interactive",
          `--config-dir=${join(home, "etc")}`,
          `--work-dir=${join(home, "work")}`,
          `--logs-dir=${join(home, "logs")}`,
          `--server=${proxy.directory}`,
          "--standalone",
          "--agree-tos",
          "--register-unsafely-without-email",
          `--eab-kid=${key.kid}`,
          `--eab-hmac-key=${key.hmacKey ?? ""}`,
          "-d",
          "certbot.example.com",
        ],
        { REQUESTS_CA_BUNDLE: proxy.rootFile },
      ),
    );
    const live = join(home, "etc/live/certbot.example.com/fullchain.pem");
    expect(new X509Certificate(readFileSync(live)).subjectAltName).toBe("DNS:certbot.example.com");
    await expectOneEach(key.identityId, 1);
  },
);

test("verification has nothing to say about all that was done here", async () => {
  expect(await problemsOf(gateway.harness)).toEqual([]);
});
