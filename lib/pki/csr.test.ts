import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";
import { parseCsr } from "./csr";
import {
  explicitTag,
  ia5String,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from "./der";
import { encodeExtension, keyUsageExtension, subjectAltNameExtension } from "./extensions";
import { encodeName } from "./names";
import { extensionOids, otherOids } from "./oids";
import { toPem } from "./pem";

const key = makeTestKey("ecdsa-p256");
const good = await makeRequest(key, {
  subject: [
    { type: "C", value: "DE" },
    { type: "CN", value: "pay.example.com" },
  ],
  sans: [
    { type: "dns", value: "pay.example.com" },
    { type: "ip", value: "10.0.0.1" },
  ],
});
const pem = toPem("CERTIFICATE REQUEST", good);

const fixes =
  /openssl|Make|Create a new CSR|Sign|Send|Use|Request it|Include the scheme|Split them across|leave out|Paste the block/;

/**
 * The code of the error, whose message must say how to fix the problem: with a command, or with a
 * sentence that says what to do.
 */
function codeOf(input: string | Uint8Array): string {
  try {
    parseCsr(input);
    return "accepted";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return fixes.test(error.message) ? error.code : `no fix in: ${error.message}`;
  }
}

describe("a sound request is read from every form that people send", () => {
  test.each([
    ["DER", good],
    ["PEM", pem],
    ["PEM as bytes", Buffer.from(pem)],
    ["PEM with the old label", pem.replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")],
    ["PEM with Windows line ends", pem.replaceAll("\n", "\r\n")],
    ["PEM with text around", `Subject: CN=x\n\n${pem}\nthanks`],
    ["bare base64", Buffer.from(good).toString("base64")],
    [
      "base64 in lines",
      ` ${Buffer.from(good)
        .toString("base64")
        .replace(/(.{20})/g, "$1\n")}\n`,
    ],
  ])("%s", (_, input) => {
    const csr = parseCsr(input);
    expect(csr).toMatchObject({
      subjectText: "CN=pay.example.com,C=DE",
      sans: [
        { type: "dns", value: "pay.example.com" },
        { type: "ip", value: "10.0.0.1" },
      ],
      key: { algorithm: "ecdsa-p256" },
      ignoredExtensions: [],
    });
    expect(Buffer.from(csr.der)).toEqual(Buffer.from(good));
  });

  test("names are canonical and told once, and whatever else is asked for is named as ignored", async () => {
    const extensions = [
      sequence(
        oid(extensionOids.subjectAltName),
        octetString(
          sequence(
            ...["Pay.Example.com", "pay.example.com"].map((name) => tlv(0x82, Buffer.from(name))),
          ),
        ),
      ),
      keyUsageExtension(["keyCertSign"]),
      encodeExtension("1.2.3.4", true, nullValue()),
    ];
    const csr = parseCsr(await makeRequest(key, { sans: [], extensions }));
    expect(csr.sans).toEqual([{ type: "dns", value: "pay.example.com" }]);
    expect(csr.ignoredExtensions).toEqual(["keyUsage (2.5.29.15)", "1.2.3.4"]);
  });

  test("no attributes, absent attributes and foreign attributes are fine", async () => {
    for (const attributes of [
      new Uint8Array(0),
      null,
      sequence(oid("1.2.840.113549.1.9.7"), setOf(utf8String("a challenge"))),
    ]) {
      expect(parseCsr(await makeRequest(key, { attributes })).sans).toEqual([]);
    }
  });

  test("a CSR with a weak key is read, since the profile's findings name it with all others", async () => {
    const weak = makeTestKey("rsa-2048");
    expect(parseCsr(await makeRequest(weak)).key.text).toBe("RSA 2048");
  });
});

describe("what is no request is rejected with a fix", () => {
  test.each([
    ["nothing", ""],
    ["white space", " \n"],
    ["prose", "please give me a certificate"],
    ["a certificate", pem.replaceAll("CERTIFICATE REQUEST", "CERTIFICATE")],
    ["two requests", pem + pem],
    ["a damaged block", pem.replace("-----END", "----END")],
    ["PEM that is not base64", pem.replace(/MI/, "M*")],
    ["an unmatched end", pem.replace("END CERTIFICATE REQUEST", "END CERTIFICATE")],
    ["empty PEM", "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----"],
    ["an empty SEQUENCE", Uint8Array.of(0x30, 0)],
    ["a huge length", Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)],
    ["an indefinite length", Uint8Array.of(0x30, 0x80, 0, 0)],
    ["bytes that are no DER", Uint8Array.of(0xff, 0xfe, 0)],
    ["empty bytes", new Uint8Array(0)],
    ["the key's own SPKI", key.spkiDer],
    ["something after the end", Uint8Array.of(...good, 0)],
  ])("%s", (_, input) => {
    expect(codeOf(input)).toBe("csr.not-a-csr");
  });

  test("a private key is called compromised", () => {
    const leaked = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(() => parseCsr(leaked)).toThrow(/Treat that key as compromised/);
    expect(() => parseCsr(leaked + pem)).toThrow(/Treat that key as compromised/);
  });

  test("more than 64 KiB is refused by its size alone", () => {
    expect(codeOf(new Uint8Array(10 * 1024 * 1024).fill(0x30))).toBe("csr.too-large");
    expect(codeOf("A".repeat(10 * 1024 * 1024))).toBe("csr.too-large");
    expect(codeOf(new Uint8Array(64 * 1024 + 1).fill(0x30))).toBe("csr.too-large");
  });

  test("another version", async () => {
    expect(codeOf(await makeRequest(key, { version: 1 }))).toBe("csr.not-a-csr");
  });
});

describe("proof of possession", () => {
  test("one octet changed anywhere is never accepted", () => {
    for (let index = 0; index < good.length; index += 1) {
      const changed = good.slice();
      changed[index] = changed[index]! ^ 0x01;
      expect(codeOf(changed)).not.toBe("accepted");
    }
  });

  test("another key's signature, another key under the signature, no signature", async () => {
    const other = makeTestKey("ecdsa-p256");
    expect(codeOf(await makeRequest(key, { spkiDer: other.spkiDer }))).toBe("csr.bad-signature");
    expect(codeOf(await makeRequest(key, { signature: new Uint8Array(0) }))).toBe(
      "csr.bad-signature",
    );
    expect(codeOf(await makeRequest(key, { spkiDer: makeTestKey("ed25519").spkiDer }))).toBe(
      "csr.bad-signature",
    );
  });

  test("a signature with SHA-1 proves nothing", async () => {
    expect(
      codeOf(await makeRequest(key, { algorithmDer: sequence(oid("1.2.840.10045.4.1")) })),
    ).toBe("csr.weak-signature");
    expect(
      codeOf(
        await makeRequest(key, {
          algorithmDer: sequence(oid("1.2.840.113549.1.1.5"), nullValue()),
        }),
      ),
    ).toBe("csr.weak-signature");
  });

  test("an algorithm that is not known, or not in its exact form", async () => {
    expect(codeOf(await makeRequest(key, { algorithmDer: sequence(oid("1.2.3")) }))).toBe(
      "csr.unsupported-key",
    );
    expect(
      codeOf(
        await makeRequest(key, { algorithmDer: sequence(oid("1.2.840.10045.4.3.2"), nullValue()) }),
      ),
    ).toBe("csr.unsupported-key");
    expect(
      codeOf(
        await makeRequest(key, {
          spkiDer: sequence(sequence(oid(otherOids.ed25519), nullValue()), Uint8Array.of(3, 1, 0)),
        }),
      ),
    ).toBe("csr.unsupported-key");
  });
});

describe("names and extensions", () => {
  const rawSan = (...names: readonly Uint8Array[]): Promise<Uint8Array> =>
    makeRequest(key, {
      sans: [],
      extensions: [sequence(oid(extensionOids.subjectAltName), octetString(sequence(...names)))],
    });

  test.each([
    ["a hostname with a space", tlv(0x82, Buffer.from("pay example.com"))],
    ["a hostname with a zero octet", tlv(0x82, Buffer.from("pay.example.com\0.evil.example"))],
    ["Latin-1 in a hostname", tlv(0x82, Uint8Array.of(0xe4, 0x2e, 0x64))],
    ["an address as text", tlv(0x87, Buffer.from("10.0.0.1"))],
    ["an otherName", tlv(0xa0, Buffer.from([6, 1, 42, 0xa0, 2, 5, 0]))],
    ["a registeredID", tlv(0x88, Uint8Array.of(42))],
    ["a relative URI", tlv(0x86, Buffer.from("/x"))],
  ])("%s in the subjectAltName", async (_, name) => {
    expect(codeOf(await rawSan(name))).toBe("csr.bad-name");
  });

  test("an empty list of names, one extension twice, a second request for extensions", async () => {
    expect(codeOf(await rawSan())).toBe("csr.bad-extension");
    expect(
      codeOf(
        await makeRequest(key, {
          extensions: [subjectAltNameExtension([{ type: "dns", value: "a.example.com" }], false)],
        }),
      ),
    ).toBe("csr.bad-extension");
    const request = sequence(
      oid(otherOids.extensionRequest),
      setOf(sequence(keyUsageExtension(["digitalSignature"]))),
    );
    expect(
      codeOf(await makeRequest(key, { attributes: Uint8Array.of(...request, ...request) })),
    ).toBe("csr.bad-extension");
    expect(
      codeOf(
        await makeRequest(key, {
          attributes: sequence(oid(otherOids.extensionRequest), setOf(nullValue())),
        }),
      ),
    ).toBe("csr.bad-extension");
  });

  test.each([
    ["a zero character", encodedCn(utf8String("pay\u0000.example.com"))],
    ["broken UTF-8", encodedCn(tlv(0x0c, Uint8Array.of(0xff)))],
    ["a number", encodedCn(Uint8Array.of(2, 1, 5))],
    ["a text direction mark", encodedCn(utf8String("a\u202Eb"))],
  ])("%s in the subject", async (_, subjectDer) => {
    expect(codeOf(await makeRequest(key, { subjectDer }))).toBe("csr.bad-name");
  });

  test("an IA5String or an empty subject is read", async () => {
    expect(
      parseCsr(await makeRequest(key, { subjectDer: encodedCn(ia5String("a")) })).subject,
    ).toEqual([{ type: "CN", value: "a" }]);
    expect(parseCsr(await makeRequest(key, { subjectDer: encodeName([]) })).subjectText).toBe("");
  });

  test("250 names are read, one more is refused", async () => {
    const names = (count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, index) => tlv(0x82, Buffer.from(`h${index}.example.com`)));
    expect(parseCsr(await rawSan(...names(250))).sans).toHaveLength(250);
    expect(codeOf(await rawSan(...names(251)))).toBe("csr.bad-name");
  });
});

function encodedCn(value: Uint8Array): Uint8Array {
  return sequence(setOf(sequence(oid("2.5.4.3"), value)));
}

describe("a corpus of rubbish ends in a refusal, never in another error", () => {
  test("every truncation", () => {
    for (let length = 0; length < good.length; length += 1)
      expect(codeOf(good.subarray(0, length))).toBe("csr.not-a-csr");
    for (let length = 0; length < pem.length - 30; length += 7)
      expect(codeOf(pem.slice(0, length))).toBe("csr.not-a-csr");
  });

  test("random octets, behind a plausible header too", () => {
    for (let round = 0; round < 300; round += 1) {
      const noise = Uint8Array.from(randomBytes(round));
      expect(codeOf(noise)).toBe("csr.not-a-csr");
      expect(codeOf(sequence(noise))).toBe("csr.not-a-csr");
      expect(codeOf(sequence(explicitTag(0, noise), noise))).toBe("csr.not-a-csr");
    }
  });

  test("every octet replaced by extremes", () => {
    for (let index = 0; index < good.length; index += 1) {
      for (const value of [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff]) {
        if (good[index] === value) continue;
        const changed = good.slice();
        changed[index] = value;
        expect(codeOf(changed)).not.toBe("accepted");
      }
    }
  });
});
