import { describe, expect, test } from "vitest";
import { parseCsr } from "@/lib/pki/csr";
import { findKeyWeaknesses } from "@/lib/pki/keys";
import type { GeneralName } from "@/lib/pki/types";
import { checkName } from "./check-name";
import { rawToDer } from "./ecdsa-signature";
import { algorithmOfKind, keyKinds } from "./key-kinds";
import { makeCsr } from "./make-csr";
import { exportPkcs8, makeKey } from "./make-key";

const { subtle } = globalThis.crypto;
const sans: GeneralName[] = [
  { type: "dns", value: "pay.example.com" },
  { type: "dns", value: "*.pay.example.com" },
  { type: "ip", value: "10.20.0.5" },
  { type: "ip", value: "2001:db8::1" },
  { type: "uri", value: "spiffe://example.com/pay" },
  { type: "email", value: "pay@example.com" },
];

test.each(keyKinds)(
  "the server reads from a CSR with a new key of type %s exactly the names that went in, and finds the key sound",
  async (kind) => {
    const key = await makeKey(subtle, kind);
    const csr = parseCsr(await makeCsr(subtle, key, { commonName: "Zahlstelle Köln", sans }));
    expect(csr.key.algorithm).toBe(algorithmOfKind[kind]);
    expect(csr.subject).toEqual([{ type: "CN", value: "Zahlstelle Köln" }]);
    expect(csr.sans).toEqual(sans);
    expect(findKeyWeaknesses(csr.key.spkiDer)).toEqual([]);
  },
);

const ecKey = await makeKey(subtle, "p-256");

test("two CSRs with one key have the same public key, so that a corrected name needs no new key", async () => {
  const [first, second] = await Promise.all(
    ["a.example.com", "b.example.com"].map(async (value) =>
      parseCsr(await makeCsr(subtle, ecKey, { commonName: null, sans: [{ type: "dns", value }] })),
    ),
  );
  expect(first?.key.spkiSha256).toEqual(second?.key.spkiSha256);
});

test("a CSR without a common name has an empty subject, and one without names no extension", async () => {
  const named = parseCsr(await makeCsr(subtle, ecKey, { commonName: null, sans: [sans[0]!] }));
  expect(named.subject).toEqual([]);
  const bare = parseCsr(await makeCsr(subtle, ecKey, { commonName: "pay", sans: [] }));
  expect(bare.sans).toEqual([]);
});

test.each(["", "x".repeat(65), "line\nbreak"])(
  "a common name that no certificate can carry, %j, is refused and never cut or escaped",
  async (commonName) => {
    await expect(makeCsr(subtle, ecKey, { commonName, sans })).rejects.toMatchObject({
      code: "name.invalid",
    });
  },
);

test("no CSR contains the private key", async () => {
  const csr = await makeCsr(subtle, ecKey, { commonName: null, sans });
  const jwk = await subtle.exportKey("jwk", ecKey.pair.privateKey);
  const secret = Buffer.from(jwk.d ?? "", "base64url");
  expect(secret).toHaveLength(32);
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ""), "base64");
  expect(der.includes(secret)).toBe(false);
  expect(Buffer.from(await exportPkcs8(subtle, ecKey)).includes(secret)).toBe(true);
});

describe("an ECDSA signature of WebCrypto becomes two DER integers", () => {
  test("that stay positive where the first bit is set", () => {
    const raw = Uint8Array.from([0x80, 1, 0x7f, 2]);
    expect([...rawToDer(raw)]).toEqual([0x30, 9, 2, 3, 0, 0x80, 1, 2, 2, 0x7f, 2]);
  });
  test("and in their shortest form where they begin with zeros", () => {
    expect([...rawToDer(Uint8Array.from([0, 0, 0, 5, 0, 0x81, 0, 0]))]).toEqual([
      0x30, 9, 2, 1, 5, 2, 4, 0, 0x81, 0, 0,
    ]);
  });
});

describe("names are checked in the page as the server checks them", () => {
  test.each([
    ["dns", "Pay.Example.COM", "pay.example.com"],
    ["dns", " pay.example.com ", "pay.example.com"],
    ["ip", "2001:DB8:0::1", "2001:db8::1"],
    ["cn", "Payments terminal", "Payments terminal"],
  ] as const)("%s %j is %j", (type, text, value) => {
    expect(checkName(type, text)).toEqual({ name: { type, value }, problem: null });
  });
  test.each([
    ["dns", "pay.example.com.", /without the dot/],
    ["dns", "bücher.example", /xn--bcher-kva\.example/],
    ["dns", "10.0.0.1", /Request it as IP:10\.0\.0\.1/],
    ["dns", "pay_1.example.com", /labels of letters, digits and hyphens/],
    ["dns", "xn--a.example", /internationalized/],
    ["dns", "a.*.example.com", /wildcard/],
    ["ip", "10.0.0.0/8", /without a prefix length/],
    ["ip", "010.0.0.1", /Use 10\.0\.0\.1/],
    ["uri", "spiffe://example.com/pay/*", /prefix/],
    ["email", "pay", /name@example\.com/],
    ["cn", "a,b", /split/],
  ] as const)("%s %j is refused with how to write it", (type, text, problem) => {
    const checked = checkName(type, text);
    expect(checked.name).toBeNull();
    expect(checked.problem).toMatch(problem);
  });
});
