import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCrl } from "@/lib/pki/crl-reader";
import { openTestGateway, type Client, type TestGateway } from "@/testing/gateway/test-gateway";

const run = promisify(execFile);
let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await openTestGateway();
  token = await gateway.tokenFor("operator");
  const issuing = await fetch(`${gateway.httpUrl()}/ca/issuing.pem`);
  writeFileSync(gateway.file("issuing.pem"), await issuing.text());
});
afterAll(async () => {
  await gateway.close();
});

async function ocspOf({ certFile }: Client): Promise<string> {
  const { stdout } = await run("openssl", [
    "ocsp",
    "-issuer",
    gateway.file("issuing.pem"),
    "-cert",
    certFile,
    "-url",
    `${gateway.httpUrl()}/ocsp`,
    "-CAfile",
    gateway.file("root.pem"),
    "-no_nonce",
  ]);
  return /: (good|revoked|unknown)/.exec(stdout)?.[1] ?? stdout;
}
async function isOnCrl({ certificate }: Client): Promise<boolean> {
  const answer = await fetch(`${gateway.httpUrl()}/crl/issuing.crl`);
  const crl = readCrl(new Uint8Array(await answer.arrayBuffer()));
  return crl.has(Buffer.from(certificate.serial, "hex"));
}
const post = (path: string, body: object) =>
  fetch(`${gateway.httpUrl()}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not hold within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("while the log is halted, OCSP and the served CRL show a revocation and a hold over the API within 5 seconds", async () => {
  const [revoked, held] = [await gateway.issue("revoked"), await gateway.issue("held")];
  for (const client of [revoked, held]) {
    await within(10_000, async () => (await ocspOf(client)) === "good");
    expect(await isOnCrl(client)).toBe(false);
  }
  await gateway.harness.asSuper(
    "alter table tlog.head disable trigger needs_entry; update tlog.head set halted = '{}'",
  );
  const answers = [
    await post(`/certificates/${revoked.certificate.id}/revoke`, { reason: "keyCompromise" }),
    await post(`/certificates/${held.certificate.id}/revoke`, { reason: "certificateHold" }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await within(
    5_000,
    async () =>
      (await isOnCrl(revoked)) &&
      (await isOnCrl(held)) &&
      (await ocspOf(revoked)) === "revoked" &&
      (await ocspOf(held)) === "revoked",
  );
  const refused = await post(`/certificates/${held.certificate.id}/release`, {});
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    503,
    "log.halted",
  ]);
});
