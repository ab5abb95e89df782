import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { makeTestAuthority, now, serialOf } from "@/testing/pki/authorities";
import { makeCertId, makeOcspRequest } from "@/testing/pki/requests";
import { boolean, explicitTag, integer, nullValue, octetString, oid, sequence, tlv } from "./der";
import { encodeExtension } from "./extensions";
import {
  assembleOcspResponse,
  buildOcspTbs,
  issuerCertIdHashes,
  ocspError,
  parseOcspRequest,
  type OcspContent,
  type OcspStatus,
} from "./ocsp";
import { extensionOids } from "./oids";
import { readSpki } from "./spki";

const authority = await makeTestAuthority("ecdsa-p256");
const certId = makeCertId({ serial: serialOf(5) });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const nonce = (length: number): Uint8Array => octetString(new Uint8Array(length).fill(0xab));

function codeOf(der: Uint8Array): string {
  try {
    parseOcspRequest(der);
    return "accepted";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

describe("requests", () => {
  test("one CertID, its serial and its exact bytes", () => {
    const request = parseOcspRequest(makeOcspRequest([certId]));
    expect(request.nonce).toBeNull();
    expect(request.certIds).toHaveLength(1);
    expect(request.certIds[0]).toMatchObject({ hashAlgorithm: "sha1" });
    expect(hex(request.certIds[0]!.serial)).toBe(hex(serialOf(5)));
    expect(hex(request.certIds[0]!.raw)).toBe(hex(certId));
  });

  test("SHA-256, with and without parameters, and a hash that is not known", () => {
    const sha256 = "2.16.840.1.101.3.4.2.1";
    for (const algorithm of [sequence(oid(sha256)), sequence(oid(sha256), nullValue())]) {
      expect(
        parseOcspRequest(
          makeOcspRequest([
            makeCertId({ serial: serialOf(1), algorithm, nameHash: new Uint8Array(32) }),
          ]),
        ).certIds[0]!.hashAlgorithm,
      ).toBe("sha256");
    }
    expect(
      parseOcspRequest(
        makeOcspRequest([makeCertId({ serial: serialOf(1), algorithm: sequence(oid("1.2.3")) })]),
      ).certIds[0]!.hashAlgorithm,
    ).toBeNull();
  });

  test("a hundred CertIDs in their order, a hundred and one refused, none refused", () => {
    const many = (count: number): Uint8Array =>
      makeOcspRequest(
        Array.from({ length: count }, (_, index) => makeCertId({ serial: serialOf(index) })),
      );
    expect(parseOcspRequest(many(100)).certIds.map(({ serial }) => serial[3])).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
    expect(codeOf(many(101))).toBe("ocsp.malformed");
    expect(codeOf(many(0))).toBe("ocsp.malformed");
  });

  test.each([
    [1, "accepted"],
    [32, "accepted"],
    [128, "accepted"],
    [0, "ocsp.malformed"],
    [129, "ocsp.malformed"],
  ])("a nonce of %d octets is %s", (length, expected) => {
    const der = makeOcspRequest([certId], [nonce(length)]);
    expect(codeOf(der)).toBe(expected);
    expect(expected === "accepted" ? parseOcspRequest(der).nonce?.length : length).toBe(length);
  });

  test("two nonces, a nonce that is no OCTET STRING, a critical extension that is not known", () => {
    expect(codeOf(makeOcspRequest([certId], [nonce(8), nonce(8)]))).toBe("ocsp.malformed");
    expect(codeOf(makeOcspRequest([certId], [Uint8Array.of(1, 2, 3)]))).toBe("der.malformed");
    const strange = (critical: boolean): Uint8Array =>
      sequence(
        sequence(
          sequence(sequence(certId)),
          explicitTag(2, sequence(encodeExtension("1.2.3", critical, nullValue()))),
        ),
      );
    expect(codeOf(strange(true))).toBe("ocsp.malformed");
    expect(codeOf(strange(false))).toBe("accepted");
  });

  test("a name, a signature, single extensions and an explicit version 1 are passed over, version 2 is not", () => {
    const list = sequence(
      sequence(certId, explicitTag(0, sequence(encodeExtension("1.2.3", false, nullValue())))),
    );
    const name = explicitTag(1, tlv(0x82, Buffer.from("client.example.com")));
    const signature = explicitTag(0, sequence(sequence(oid("1.2.3")), Uint8Array.of(3, 1, 0)));
    expect(codeOf(sequence(sequence(explicitTag(0, integer(0)), name, list), signature))).toBe(
      "accepted",
    );
    expect(codeOf(sequence(sequence(explicitTag(0, integer(1)), list)))).toBe("ocsp.malformed");
  });

  test("serials: a sign octet is taken off, padding and oversize are refused", () => {
    const serialOfRaw = (element: Uint8Array): Uint8Array =>
      makeOcspRequest([
        sequence(
          sequence(oid("1.3.14.3.2.26"), nullValue()),
          octetString(new Uint8Array(20)),
          octetString(new Uint8Array(20)),
          element,
        ),
      ]);
    expect(
      hex(parseOcspRequest(serialOfRaw(Uint8Array.of(2, 2, 0, 0xff))).certIds[0]!.serial),
    ).toBe("ff");
    expect(codeOf(serialOfRaw(Uint8Array.of(2, 2, 0, 0x7f)))).toBe("der.malformed");
    expect(codeOf(serialOfRaw(Uint8Array.of(2, 0)))).toBe("der.malformed");
    expect(codeOf(serialOfRaw(tlv(2, new Uint8Array(22).fill(1))))).toBe("der.malformed");
  });
});

describe("a corpus of rubbish ends in a refusal, never in another error", () => {
  const good = makeOcspRequest([certId, makeCertId({ serial: serialOf(6) })], [nonce(16)]);

  test("every truncation, something appended, every octet changed", () => {
    for (let length = 0; length < good.length; length += 1)
      expect(codeOf(good.subarray(0, length))).toMatch(/malformed$/);
    expect(codeOf(Uint8Array.of(...good, 0))).toMatch(/malformed$/);
    for (let index = 0; index < good.length; index += 1) {
      for (let value = 0; value < 256; value += 5) {
        const changed = good.slice();
        changed[index] = value;
        expect(codeOf(changed)).toMatch(/malformed$|accepted/);
      }
    }
  });

  test("random octets, huge lengths, ten megabytes", () => {
    for (let round = 0; round < 500; round += 1)
      expect(codeOf(Uint8Array.from(randomBytes(round % 200)))).toMatch(/malformed$/);
    for (const head of ["3084ffffffff", "30847fffffff", "30850000000001", "3080", "30ff"])
      expect(codeOf(Uint8Array.from(Buffer.from(head, "hex")))).toMatch(/malformed$/);
    expect(codeOf(sequence(sequence(sequence(new Uint8Array(10 * 1024 * 1024)))))).toBe(
      "ocsp.malformed",
    );
    expect(codeOf(new Uint8Array(10 * 1024 * 1024).fill(0x30))).toBe("ocsp.malformed");
  });
});

describe("answers", () => {
  const at = new Date("2026-11-20T01:02:03.999Z");
  const content = (status: OcspStatus, change: Partial<OcspContent> = {}): OcspContent => ({
    responderSpki: authority.key.spkiDer,
    producedAt: now,
    nonce: null,
    responses: [
      {
        rawCertId: certId,
        status,
        thisUpdate: now,
        nextUpdate: new Date(now.getTime() + 3_600_000),
      },
    ],
    ...change,
  });
  const text = (status: OcspStatus): string => hex(buildOcspTbs(content(status)));

  test("good is 80 00, unknown 82 00, revoked says when and why, and reason 0 is left out", () => {
    expect(text({ state: "good" })).toContain(`${hex(certId)}8000`);
    expect(text({ state: "unknown" })).toContain(`${hex(certId)}8200`);
    const time = Buffer.from("20261120010203Z").toString("hex");
    expect(text({ state: "revoked", at, reason: "keyCompromise" })).toContain(
      `${hex(certId)}a116180f${time}a0030a0101`,
    );
    expect(text({ state: "revoked", at, reason: "unspecified" })).toContain(
      `${hex(certId)}a111180f${time}180f`,
    );
  });

  test("no fraction of a second is written", () => {
    expect(Buffer.from(buildOcspTbs(content({ state: "good" }))).toString("latin1")).not.toMatch(
      /\d\.\d+Z/,
    );
  });

  test("the responder is named by the SHA-1 of its key, the issuer by both hashes of its exact bytes", () => {
    const keyHash = createHash("sha1")
      .update(readSpki(authority.key.spkiDer).keyBits)
      .digest("hex");
    expect(text({ state: "good" })).toContain(`a2160414${keyHash}`);
    const [sha1, sha256] = issuerCertIdHashes(authority.facts);
    expect(hex(sha1!.issuerKeyHash)).toBe(keyHash);
    expect(hex(sha256!.issuerNameHash)).toBe(
      createHash("sha256").update(authority.facts.subjectDer).digest("hex"),
    );
  });

  test("a nonce is repeated inside its OCTET STRING", () => {
    const tbs = hex(buildOcspTbs(content({ state: "good" }, { nonce: Uint8Array.of(1, 2, 3) })));
    expect(tbs).toContain(
      hex(
        explicitTag(
          1,
          sequence(
            encodeExtension(extensionOids.ocspNonce, false, octetString(Uint8Array.of(1, 2, 3))),
          ),
        ),
      ),
    );
    expect(tbs).not.toContain(hex(boolean(true)));
  });

  test("an answer about nothing, or without a future, is not built", () => {
    expect(() => buildOcspTbs(content({ state: "good" }, { responses: [] }))).toThrow(
      expect.objectContaining({ code: "ocsp.invalid" }),
    );
    const still = {
      rawCertId: certId,
      status: { state: "good" } as const,
      thisUpdate: now,
      nextUpdate: new Date(now.getTime() + 100),
    };
    expect(() => buildOcspTbs(content({ state: "good" }, { responses: [still] }))).toThrow(
      expect.objectContaining({ code: "ocsp.invalid" }),
    );
  });

  test.each([
    ["malformedRequest", "30030a0101"],
    ["internalError", "30030a0102"],
    ["tryLater", "30030a0103"],
    ["unauthorized", "30030a0106"],
  ] as const)("the error %s is %s", (status, expected) => {
    expect(hex(ocspError(status))).toBe(expected);
  });

  test("without a delegated responder no certificate goes along", () => {
    const tbs = buildOcspTbs(content({ state: "good" }));
    const bare = assembleOcspResponse(tbs, "ecdsa-sha256", Uint8Array.of(1), null);
    expect(
      assembleOcspResponse(tbs, "ecdsa-sha256", Uint8Array.of(1), authority.der).length,
    ).toBeGreaterThan(bare.length + authority.der.length);
  });
});
