import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import { verifySignature } from "@/lib/pki/verify-signature";
import { openSealed, sealKey } from "./seal";
import { generateSoftwareKey, makeSoftwareSigner } from "./software";

const kek = randomBytes(32),
  algorithm = "ecdsa-p256";
const key = { algorithm, spkiDer: randomBytes(91), pkcs8: randomBytes(138) };
const sealed = sealKey(kek, randomBytes(12), key);

describe("a sealed key", () => {
  test("opens under the KEK that sealed it", () => {
    expect(openSealed(kek, { ...key, sealed }).equals(key.pkcs8)).toBe(true);
  });
  test("holds nothing of the key in clear", () => {
    expect(Buffer.from(sealed).includes(key.pkcs8.subarray(0, 16))).toBe(false);
  });

  test.each([
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

  test("stays closed if any one byte was changed", () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => openSealed(kek, { ...key, sealed: changed })).toThrow(
        /sealed under another KEK/,
      );
    }
  });
});

describe("a software key", () => {
  test.each(authorityKeyAlgorithms.filter((name) => name !== "rsa-4096"))(
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
  test("is refused under another's public half", async () => {
    const [one, other] = [
      await generateSoftwareKey("ecdsa-p256"),
      await generateSoftwareKey("ecdsa-p256"),
    ];
    expect(() => makeSoftwareSigner("ecdsa-p256", one.pkcs8, other.spkiDer)).toThrow(
      /does not belong/,
    );
  });
});
