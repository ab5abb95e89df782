import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openSealed, readKek, sealKey } from "./seal";
import { generateSoftwareKey, makeSoftwareSigner } from "./software";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import { verifySignature } from "@/lib/pki/verify-signature";

const kek = randomBytes(32),
  algorithm = "ecdsa-p256";
const key = { algorithm, spkiDer: randomBytes(91), pkcs8: randomBytes(138) };
const sealed = sealKey(kek, randomBytes(12), key);

describe("a sealed key", () => {
  it("opens under the KEK that sealed it", () => {
    expect(openSealed(kek, { ...key, sealed }).equals(key.pkcs8)).toBe(true);
  });
  it("holds nothing of the key in clear", () => {
    expect(Buffer.from(sealed).includes(key.pkcs8.subarray(0, 16))).toBe(false);
  });

  it.each([
    ["another KEK", () => openSealed(randomBytes(32), { ...key, sealed })],
    ["another public half", () => openSealed(kek, { ...key, spkiDer: randomBytes(91), sealed })],
    ["another algorithm", () => openSealed(kek, { ...key, algorithm: "ecdsa-p384", sealed })],
    [
      "another version",
      () => openSealed(kek, { ...key, sealed: Buffer.concat([Buffer.of(2), sealed.subarray(1)]) }),
    ],
    ["fewer bytes", () => openSealed(kek, { ...key, sealed: sealed.subarray(0, 20) })],
    ["no bytes", () => openSealed(kek, { ...key, sealed: new Uint8Array() })],
  ])("stays closed for %s", (_name, open) => {
    expect(open).toThrow(expect.objectContaining({ code: "signer.key-sealed" }));
  });

  it("stays closed if any one byte was changed", () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => openSealed(kek, { ...key, sealed: changed })).toThrow(
        /sealed under another KEK/,
      );
    }
  });
});

it.each(["", "short", Buffer.alloc(31).toString("base64"), Buffer.alloc(33).toString("base64")])(
  "refuses %s as a KEK",
  (text) => {
    expect(() => readKek(text)).toThrow(/32 bytes/);
  },
);
it("reads a KEK with a line feed behind it", () => {
  expect(Buffer.from(readKek(`${kek.toString("base64")}\n`)).equals(kek)).toBe(true);
});

describe("a software key", () => {
  it.each(authorityKeyAlgorithms.filter((name) => name !== "rsa-4096"))(
    "of %s signs what its public half verifies",
    async (name) => {
      const { pkcs8, spkiDer } = await generateSoftwareKey(name),
        signer = makeSoftwareSigner(name, pkcs8, spkiDer),
        bytes = randomBytes(300);
      expect(
        verifySignature(signer.signatureAlgorithm, spkiDer, bytes, await signer.sign(bytes)),
      ).toBe(true);
      expect(
        verifySignature(
          signer.signatureAlgorithm,
          spkiDer,
          randomBytes(300),
          await signer.sign(bytes),
        ),
      ).toBe(false);
    },
  );
  it("is refused under another's public half", async () => {
    const [one, other] = [
      await generateSoftwareKey("ecdsa-p256"),
      await generateSoftwareKey("ecdsa-p256"),
    ];
    expect(() => makeSoftwareSigner("ecdsa-p256", one.pkcs8, other.spkiDer)).toThrow(
      /does not belong/,
    );
  });
});
