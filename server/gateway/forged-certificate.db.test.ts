import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EntryRecord } from "@/lib/log/types";
import { toPem } from "@/lib/pki/pem";
import { makeEphemeralKey } from "@/server/tls/ephemeral-key";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

let gateway: TestGateway;
let good: Client;
let forged: Readonly<{ cert: string; key: string }>;

beforeAll(async () => {
  gateway = await openTestGateway();
  good = await gateway.issue("good");
  forged = await forge(good.cert);
});
afterAll(() => gateway.close());

/** The certificate with another key in it: names, issuer and key identifiers are all ours. */
async function forge(pem: string): Promise<typeof forged> {
  const key = await makeEphemeralKey();
  const der = Buffer.from(new X509Certificate(pem).raw);
  const own = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  Buffer.from(key.spkiDer).copy(der, der.indexOf(own));
  return {
    cert: toPem("CERTIFICATE", der),
    key: String(key.privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

type Version = "TLSv1.2" | "TLSv1.3";
type When = "at once" | "later";

/** The answer to a request on an own connection; "later": after the handshake is over for sure. */
async function ask(
  shown: Readonly<{ cert: string; key: string }>,
  version: Version,
  when: When,
  text = "GET /api/v1/certificates HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
): Promise<string> {
  const socket: TLSSocket = connect({
    ...shown,
    port: gateway.mtlsPort(),
    host: "127.0.0.1",
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
  });
  let answer = "";
  const whole = Promise.withResolvers<void>();
  socket
    .on("data", (piece) => {
      answer += String(piece);
      if (/\r\n\r\n.*\}$/s.test(answer)) whole.resolve();
    })
    .on("error", () => {})
    .on("close", () => {
      whole.resolve();
    });
  const over = whole.promise;
  // TLS 1.3: the server sends a session only after it has read the client's certificate.
  if (when === "later") await Promise.race([over, once(socket, "session").catch(() => {})]);
  else await Promise.race([over, once(socket, "secureConnect").catch(() => {})]);
  socket.write(text);
  await over;
  socket.destroy();
  return answer;
}

async function refusalsAfter(work: () => Promise<unknown>): Promise<EntryRecord[]> {
  const before = (await gateway.entries()).length;
  await work();
  return (await gateway.entries())
    .slice(before)
    .filter(({ action }) => action.startsWith("request.refused"));
}

const ways = (["TLSv1.2", "TLSv1.3"] as const).flatMap((version) =>
  (["at once", "later"] as const).flatMap((when) =>
    ([false, true] as const).map((withChain) => ({ version, when, withChain })),
  ),
);

describe("a certificate with the name and the key identifier of our CA that our CA did not sign", () => {
  test.each(ways)(
    "$version, request sent $when, chain sent: $withChain: is answered 401 certificate.forged, with one entry that has its claims",
    async ({ version, when, withChain }) => {
      const { chainPem } = good.certificate;
      const cert = forged.cert + (withChain ? chainPem : "");
      let answer = "";
      const entries = await refusalsAfter(async () => {
        answer = await ask({ ...forged, cert }, version, when);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).toMatch(/\r\nwww-authenticate: Bearer/i);
      expect(answer).toContain('"code":"certificate.forged"');
      expect(entries).toEqual([
        expect.objectContaining({
          outcome: "denied",
          actor: expect.objectContaining({ kind: "anonymous" }) as unknown,
          details: expect.objectContaining({
            code: "certificate.forged",
            presented: expect.objectContaining({
              subject: new X509Certificate(good.cert).subject,
            }) as unknown,
          }) as unknown,
        }),
      ]);
    },
  );

  test("and with the root as well, still 401", async () => {
    const root = await (await fetch(`${gateway.httpUrl()}/ca/root.pem`)).text();
    const cert = forged.cert + good.certificate.chainPem + root;
    expect(await ask({ ...forged, cert }, "TLSv1.2", "at once")).toContain("certificate.forged");
  });
});

describe("a connection whose certificate is good", () => {
  test.each(ways.filter(({ withChain }) => !withChain))(
    "$version, request sent $when: is served, and what is no HTTP gets 400 without an entry about the certificate",
    async ({ version, when }) => {
      expect(await ask(good, version, when)).toMatch(/^HTTP\/1\.1 (?:200|403) /);
      const entries = await refusalsAfter(async () => {
        expect(await ask(good, version, when, "hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
      });
      expect(entries).toEqual([]);
    },
  );
});

test("the handshake still names our CAs as those whose certificates are accepted", async () => {
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    `openssl s_client -connect 127.0.0.1:${gateway.mtlsPort()} -tls1_2 </dev/null 2>/dev/null`,
  ]);
  expect(stdout).toMatch(/Acceptable client certificate CA names\n.*Example/);
});
