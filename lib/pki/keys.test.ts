import { createHash, generateKeyPairSync, generatePrimeSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeTestKey } from "@/testing/pki/authorities";
import { bitString, integer, nullValue, oid, sequence, unsignedBytes } from "./der";
import {
  findKeyWeaknesses,
  inspectPublicKey,
  signatureAlgorithmOf,
  subjectKeyIdentifier,
} from "./keys";
import { otherOids } from "./oids";
import { publicKeyOf } from "./public-key";
import { findRsaWeakness } from "./rsa-weaknesses";
import { verifySignature } from "./verify-signature";

const rsaSpki = (modulus: bigint, exponent = 65_537n): Uint8Array =>
  sequence(
    sequence(oid(otherOids.rsaEncryption), nullValue()),
    bitString(sequence(integer(modulus), integer(exponent))),
  );
const ecSpki = (curve: string, point: Uint8Array): Uint8Array =>
  sequence(sequence(oid(otherOids.ecPublicKey), oid(curve)), bitString(point));
const edSpki = (point: Uint8Array): Uint8Array =>
  sequence(sequence(oid(otherOids.ed25519)), bitString(point));
const codes = (spki: Uint8Array): string[] =>
  findKeyWeaknesses(spki).map((finding) => finding.code);
const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });

function nextProbablePrime(from: bigint): bigint {
  const isProbable = (n: bigint): boolean => {
    let [result, base, exponent] = [1n, 2n, n - 1n];
    for (; exponent > 0n; exponent >>= 1n, base = (base * base) % n)
      if (exponent & 1n) result = (result * base) % n;
    return result === 1n;
  };
  let candidate = from | 1n;
  while (!isProbable(candidate)) candidate += 2n;
  return candidate;
}

describe("sound keys", () => {
  test.each(["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "ed25519"] as const)(
    "%s is recognized, has no weakness and verifies what it signed",
    async (algorithm) => {
      const key = makeTestKey(algorithm);
      const facts = inspectPublicKey(key.spkiDer);
      expect(facts.algorithm).toBe(algorithm);
      expect(Buffer.from(facts.spkiSha256)).toEqual(
        createHash("sha256").update(key.spkiDer).digest(),
      );
      expect(findKeyWeaknesses(key.spkiDer)).toEqual([]);
      expect(signatureAlgorithmOf(key.spkiDer)).toBe(key.signer.signatureAlgorithm);
      expect(Buffer.from(publicKeyOf(key.spkiDer).export({ type: "spki", format: "der" }))).toEqual(
        Buffer.from(key.spkiDer),
      );
      const [data, other] = [Buffer.from("data"), Buffer.from("date")];
      const signature = await key.signer.sign(data);
      expect(verifySignature(key.signer.signatureAlgorithm, key.spkiDer, data, signature)).toBe(
        true,
      );
      expect(verifySignature(key.signer.signatureAlgorithm, key.spkiDer, other, signature)).toBe(
        false,
      );
      expect(
        verifySignature(
          algorithm === "ed25519" ? "rsa-sha256" : "ed25519",
          key.spkiDer,
          data,
          signature,
        ),
      ).toBe(false);
      expect(
        verifySignature(key.signer.signatureAlgorithm, key.spkiDer, data, signature.subarray(1)),
      ).toBe(false);
    },
  );

  test("many fresh P-256 keys lie on their curve", () => {
    for (let index = 0; index < 20; index += 1)
      expect(codes(makeTestKey("ecdsa-p256").spkiDer)).toEqual([]);
  });

  test("the key identifier is the first 160 bits of SHA-256 over the key's bits (RFC 7093)", () => {
    const point = new Uint8Array(32).fill(7);
    expect(Buffer.from(subjectKeyIdentifier(edSpki(point)))).toEqual(
      createHash("sha256").update(point).digest().subarray(0, 20),
    );
  });
});

describe("weak RSA keys", () => {
  const [p, q] = [prime(1024), prime(1024)];

  test("too short", () => {
    expect(codes(rsaSpki(prime(512) * prime(512)))).toEqual(["key.rsa-too-short"]);
    expect(inspectPublicKey(rsaSpki(prime(512) * prime(512)))).toMatchObject({
      algorithm: null,
      text: expect.stringMatching(/^RSA 102[34]$/),
    });
  });

  test.each([1n, 2n, 65_536n, 1n << 256n])("exponent %s", (exponent) => {
    expect(codes(rsaSpki(p * q, exponent))).toContain("key.rsa-exponent");
  });

  test("exponent 3 is a warning", () => {
    expect(findKeyWeaknesses(rsaSpki(p * q, 3n))).toEqual([
      expect.objectContaining({ code: "key.rsa-small-exponent", severity: "warning" }),
    ]);
  });

  test.each([2n, 3n, 751n, 997n])("a factor of %s", (factor) => {
    expect(findRsaWeakness(p * prime(1024) * factor)).toMatch(
      new RegExp(`divisible by ${factor}$`),
    );
  });

  test("primes so close that Fermat finds them", () => {
    expect(findRsaWeakness(p * nextProbablePrime(p + 2n))).toMatch(/close together/);
    expect(codes(rsaSpki(p * nextProbablePrime(p + 1_000_000n)))).toContain("key.rsa-modulus");
    expect(findRsaWeakness(p * q)).toBeNull();
  });

  test("a modulus with the fingerprint of ROCA", () => {
    // Such a modulus is a power of 65537 modulo the product of the first primes.
    const primorial = [
      3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
      101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ].reduce((product, one) => product * BigInt(one), 2n);
    let modulus = primorial * (1n << 1800n) + 65_537n ** 5n;
    while (findRsaWeakness(modulus)?.startsWith("it is divisible")) modulus += primorial;
    expect(findRsaWeakness(modulus)).toMatch(/ROCA/);
  });

  test("a monstrous modulus is refused without arithmetic", () => {
    expect(codes(rsaSpki((1n << 200_000n) + 1n))).toEqual(["key.rsa-modulus"]);
  });
});

describe("weak EC and Ed25519 keys", () => {
  const point = Uint8Array.from(Buffer.from(makeTestKey("ecdsa-p256").spkiDer)).slice(26);

  test("a point off its curve", () => {
    const off = point.slice();
    off[64] = off[64]! ^ 1;
    expect(codes(ecSpki(otherOids.p256, off))).toEqual(["key.ec-point"]);
    expect(
      codes(ecSpki(otherOids.p256, Uint8Array.of(4, ...new Uint8Array(64).fill(0xff)))),
    ).toEqual(["key.ec-point"]);
    expect(() => publicKeyOf(ecSpki(otherOids.p256, off))).toThrow(
      expect.objectContaining({ code: "key.malformed" }),
    );
  });

  test.each([
    ["infinity", Uint8Array.of(0)],
    ["compressed", Uint8Array.of(2 + (point[64]! & 1), ...point.slice(1, 33))],
    ["of another length", point.slice(0, 64)],
    ["hybrid", Uint8Array.of(6, ...point.slice(1))],
    ["empty", new Uint8Array(0)],
  ])("a point that is %s", (_, bad) => {
    expect(codes(ecSpki(otherOids.p256, bad))).toEqual(["key.ec-encoding"]);
  });

  test("a curve that no profile can allow", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const spki = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
    expect(inspectPublicKey(spki)).toMatchObject({ algorithm: null, text: "EC secp256k1" });
    expect(codes(spki)).toEqual(["key.unsupported"]);
  });

  test("Ed25519 points of small order, for which anyone can sign, and non-canonical ones", () => {
    const fieldPrime = (1n << 255n) - 19n;
    const encode = (y: bigint): Uint8Array => {
      const bytes = new Uint8Array(32);
      bytes.set(unsignedBytes(y).reverse());
      return bytes;
    };
    const orderEight = Buffer.from(
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "hex",
    );
    for (const bad of [
      encode(0n),
      encode(1n),
      encode(fieldPrime - 1n),
      encode(fieldPrime),
      encode(fieldPrime + 1n),
      Uint8Array.from(orderEight),
    ]) {
      expect(codes(edSpki(bad))).toEqual(["key.ed25519-point"]);
    }
    expect(codes(edSpki(new Uint8Array(31).fill(7)))).toEqual(["key.ed25519-length"]);
  });

  test.each([
    ["RSA-PSS", "rsa-pss"],
    ["X25519", "x25519"],
    ["Ed448", "ed448"],
  ] as const)("%s is recognized and not certified", (text, type) => {
    const { publicKey } =
      type === "rsa-pss"
        ? generateKeyPairSync("rsa-pss", { modulusLength: 2048 })
        : type === "x25519"
          ? generateKeyPairSync("x25519")
          : generateKeyPairSync("ed448");
    const spki = Uint8Array.from(publicKey.export({ type: "spki", format: "der" }));
    expect(inspectPublicKey(spki)).toMatchObject({ algorithm: null, text });
    expect(codes(spki)).toEqual(["key.unsupported"]);
  });
});

describe("malformed keys are refused, so that one key has one encoding", () => {
  const rsa = (algorithm: Uint8Array, key: Uint8Array): Uint8Array =>
    sequence(algorithm, bitString(key));
  const good = sequence(integer(prime(256)), integer(65_537));
  const rsaOid = oid(otherOids.rsaEncryption);
  test.each([
    ["empty", new Uint8Array(0)],
    ["rubbish", Uint8Array.of(1, 2, 3)],
    ["RSA without NULL", rsa(sequence(rsaOid), good)],
    ["RSA with an OID for NULL", rsa(sequence(rsaOid, rsaOid), good)],
    [
      "a negative modulus",
      rsa(sequence(rsaOid, nullValue()), sequence(Uint8Array.of(2, 1, 0x80), integer(3))),
    ],
    ["a zero modulus", rsa(sequence(rsaOid, nullValue()), sequence(integer(0), integer(3)))],
    [
      "three RSA numbers",
      rsa(sequence(rsaOid, nullValue()), sequence(integer(5), integer(3), integer(3))),
    ],
    ["RSA followed by something", rsa(sequence(rsaOid, nullValue()), Uint8Array.of(...good, 0))],
    [
      "EC with explicit parameters",
      sequence(
        sequence(oid(otherOids.ecPublicKey), sequence(integer(1))),
        bitString(Uint8Array.of(4)),
      ),
    ],
    [
      "EC without a curve",
      sequence(sequence(oid(otherOids.ecPublicKey)), bitString(Uint8Array.of(4))),
    ],
    [
      "Ed25519 with NULL",
      sequence(sequence(oid(otherOids.ed25519), nullValue()), bitString(new Uint8Array(32))),
    ],
    ["unused bits", sequence(sequence(oid(otherOids.ed25519)), bitString(new Uint8Array(32), 1))],
    ["something after the end", Uint8Array.of(...edSpki(new Uint8Array(32)), 0)],
  ])("%s", (_, der) => {
    expect(() => inspectPublicKey(der)).toThrow(expect.objectContaining({ code: "key.malformed" }));
  });
});
