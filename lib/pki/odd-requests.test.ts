import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";
import { repeatsSan } from "./common-name-rule";
import { parseCsr } from "./csr";
import { boolean, octetString, oid, sequence, tlv } from "./der";
import { canonicalName } from "./held-names/held-name";
import { listNames } from "./held-names/carried-name";
import { parseGeneralName } from "./general-names";
import { findKeyWeaknesses } from "./keys";
import { encodeName, readName } from "./names";
import { toPem } from "./pem";

const folder = new URL("../../testing/pki/odd-requests/", import.meta.url);
const fileOf = (name: string): Uint8Array => Uint8Array.from(readFileSync(new URL(name, folder)));

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isAppError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("a key that anyone can compute is refused with the reason", () => {
  test.each([
    ["rsa-prime-modulus.der", "key.rsa-modulus", /prime number/],
    ["rsa-smallfactor-65539.der", "key.rsa-modulus", /divisible by a prime/],
    ["rsa-e2pow64.der", "key.rsa-exponent", /2\^31/],
    ["p256-generator-key.der", "key.guessable", /small number/],
  ])("%s", (name, code, reason) => {
    const { key } = parseCsr(fileOf(name));
    const findings = findKeyWeaknesses(key.spkiDer);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.message).toMatch(reason);
    expect(findings[0]?.severity).toBe("error");
  });

  const p256 = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");
  const spkiOf = (secret: Buffer): Uint8Array => {
    const ecdh = createECDH("prime256v1");
    ecdh.setPrivateKey(secret);
    return Uint8Array.from(Buffer.concat([p256, ecdh.getPublicKey()]));
  };
  const secretOf = (value: number): Buffer => {
    const secret = Buffer.alloc(32);
    secret.writeUInt32BE(value, 28);
    return secret;
  };
  test.each([
    ["2", secretOf(2)],
    ["1024", secretOf(1024)],
    ["01 repeated", Buffer.alloc(32, 1)],
    [
      "the order less 1, which is the negative of 1",
      Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", "hex"),
    ],
  ])("a P-256 key with the private value %s", (_title, secret) => {
    expect(findKeyWeaknesses(spkiOf(secret)).map(({ code }) => code)).toEqual(["key.guessable"]);
  });

  test.each(["ecdsa-p256", "ecdsa-p384", "rsa-2048", "ed25519"] as const)(
    "and a sound %s key has no finding",
    (algorithm) => {
      expect(findKeyWeaknesses(makeTestKey(algorithm).spkiDer)).toEqual([]);
    },
  );

  test.each([
    ["zeros", "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"],
    ["the number 1", "4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29"],
  ])("an Ed25519 key whose seed is %s", (_title, point) => {
    const spki = Uint8Array.from(Buffer.from(`302a300506032b6570032100${point}`, "hex"));
    expect(findKeyWeaknesses(spki).map(({ code }) => code)).toEqual(["key.guessable"]);
  });
});

describe("a request that Windows saved as UTF-16 is read", () => {
  const file = fileOf("utf16-with-bom.csr");
  test.each([
    ["as bytes", file],
    ["as the base64 of its bytes", Buffer.from(file).toString("base64")],
    ["as text read octet by octet", Buffer.from(file).toString("latin1")],
    ["as text with a byte order mark", Buffer.from(file).toString("utf16le")],
  ])("%s", (_title, input) => {
    expect(parseCsr(input).key.text).not.toBe("");
  });

  test.each(["hello", "MAMA", "aGVsbG8gd29ybGQ=", "MIIB", "x".repeat(200)])(
    "%s is refused as no CSR, in plain words",
    (text) => {
      const message = messageOf(() => parseCsr(text));
      expect(message).toMatch(/^csr\.not-a-csr: That isn't a CSR/);
      expect(message).not.toMatch(/octet|DER|\.\./);
    },
  );
});

describe("an internationalized host", () => {
  test("in UTF-8 is read as such, and the advice is the name that is accepted", () => {
    const message = messageOf(() => parseCsr(fileOf("dns-utf8.der")));
    const proposed = /Use (xn--\S+)\.$/.exec(message)?.[1] ?? "";
    expect(message).not.toContain("Ã");
    expect(canonicalName("dns", proposed).value).toBe(proposed);
  });

  test("as common name repeats its A-label among the alternative names", () => {
    const sans = [{ type: "dns", value: "xn--bcher-kva.example.com" }] as const;
    for (const name of ["bücher.example.com", "BÜCHER.example.com"]) {
      expect(repeatsSan(name, sans)).toBe(true);
      const subject = readName(encodeName([{ type: "CN", value: name }]));
      expect(listNames({ sans, subject }).map(({ type }) => type)).toEqual(["dns"]);
    }
    for (const name of [
      "bucher.example.com",
      "*.bücher.example.com",
      "ｂücher.example.com",
      "bücher",
    ])
      expect(repeatsSan(name, sans)).toBe(false);
  });
});

describe("a URI that is none is refused", () => {
  test.each([
    "https://exa_mple..com/",
    "https://example.com:99999999/",
    "https://[nonsense/",
    "https://example.com/%zz",
    "https://xn--zzzzzzzzz99999/",
    "https://xn--zzzzzzzzz99999.example.com/",
    "urn:example:%zz",
    "urn:example:a%4",
  ])("%s", (text) => {
    expect(messageOf(() => canonicalName("uri", text))).toMatch(/^name\./);
  });

  test.each([
    "spiffe://e.example/%61",
    "spiffe://e.example/a/../b",
    "spiffe://e.example:80/a",
    "spiffe://e.example/a?b",
    "spiffe://e.example/a/",
  ])("a SPIFFE ID %s, and the fix that is proposed is accepted", (text) => {
    const message = messageOf(() => canonicalName("uri", text));
    expect(message).toMatch(/^name\.not-canonical/);
    const proposed = /write (spiffe:\S+)\.$/.exec(message)?.[1];
    expect(canonicalName("uri", proposed ?? "spiffe://e.example/a").value).toMatch(/^spiffe:/);
  });

  test("the trust domain of a SPIFFE ID is written in lower case, however it was requested", () => {
    expect(canonicalName("uri", "spiffe://E.Example/Pay").value).toBe("spiffe://e.example/Pay");
  });
});

describe("what a request is made of", () => {
  const key = makeTestKey("rsa-2048");

  test("an RSA signature without parameters is accepted, as RFC 4055 asks", async () => {
    const algorithmDer = sequence(oid("1.2.840.113549.1.1.11"));
    expect(parseCsr(await makeRequest(key, { algorithmDer })).key.text).toBe("RSA 2048");
  });

  test("an RSA signature with other parameters or of another arc is not", async () => {
    for (const algorithmDer of [
      sequence(oid("1.2.840.113549.1.1.11"), boolean(true)),
      sequence(oid("1.2.840.113549.1.1.10")),
    ])
      expect(messageOf(() => parseCsr(toPem("CERTIFICATE REQUEST", algorithmDer)))).toMatch(
        /^csr\./,
      );
    const sha1 = await makeRequest(key, { algorithmDer: sequence(oid("1.2.840.113549.1.1.5")) });
    expect(messageOf(() => parseCsr(sha1))).toMatch(/^csr\.weak-signature/);
  });

  test.each([
    [
      "a BOOLEAN of 01",
      sequence(oid("2.5.29.15"), tlv(1, Uint8Array.of(1)), octetString(Uint8Array.of(5, 0))),
    ],
    ["an OID of no octets", sequence(tlv(6, new Uint8Array(0)), octetString(Uint8Array.of(5, 0)))],
  ])("%s in an extension is refused", async (_title, extension) => {
    const csr = await makeRequest(key, { extensions: [extension] });
    expect(messageOf(() => parseCsr(csr))).toMatch(/^csr\.bad-extension/);
  });
});

/** Names that go wrong in many ways, each with its type. */
const wrongNames = [
  ["dns", "bücher.example.com"],
  ["dns", "pay.example.com."],
  ["dns", "192.0.2.1"],
  ["dns", "2001:db8::1"],
  ["dns", "straße.example.com"],
  ["dns", "日本.example.com"],
  ["ip", "010.001.002.003"],
  ["uri", "spiffe://e.example/a//b"],
  ["uri", "spiffe://e.example/./a"],
  ["uri", "https://e.example/a/../../b"],
] as const;

test.each(wrongNames)(
  "every name that the message about %s:%s proposes is accepted when it is used",
  (type, text) => {
    const attempt = (as: "dns" | "ip" | "uri" | "email", value: string) =>
      messageOf(() => canonicalName(as, parseGeneralName(as, value).value));
    const message = attempt(type, text);
    expect(message).not.toBe("accepted");
    const proposals = [
      ...message.matchAll(/Use ([^\s,]+?)(?:, without|\.(?:\s|$))/g),
      ...message.matchAll(/[Ww]rite ([a-z]+:\/\/\S+?)\.(?:\s|$)/g),
    ].map(([, value = ""]) => [type, value] as const);
    const typed = [...message.matchAll(/(IP):(\S+)\.$/g)].map(
      ([, , value = ""]) => ["ip", value] as const,
    );
    expect([...proposals, ...typed].length).toBeGreaterThan(0);
    for (const [as, value] of [...proposals, ...typed]) expect(attempt(as, value)).toBe("accepted");
  },
);
