import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { UsageError } from "./command";
import { runRoot } from "./root";

let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(() => harness.close());

async function root(...args: string[]) {
  const said = { out: "", note: "" };
  const code = await runRoot(harness.deps, args, {
    out: (text) => (said.out += text),
    note: (text) => (said.note += text),
  });
  return { code, ...said };
}

test("the root certificate goes to standard output, and its fingerprint as openssl shows it to standard error", async () => {
  const { code, out, note } = await root();
  const certificate = new X509Certificate(out);
  expect([code, certificate.ca, certificate.issuer === certificate.subject]).toEqual([
    0,
    true,
    true,
  ]);
  expect(note).toContain(certificate.fingerprint256);
  expect((await root("--fingerprint")).out).toBe(note);
});

test("an unknown option is refused with the usage", async () => {
  await expect(root("--pem")).rejects.toThrow(UsageError);
});
