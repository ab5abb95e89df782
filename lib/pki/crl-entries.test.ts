import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeTestAuthority, now } from "@/testing/pki/authorities";
import { buildCrlTbs, entryListOf } from "@/testing/pki/build-crl";
import { layOutCrl as layOutCrlSteps } from "./crl";
import { atOnce } from "./steps";
import { reasonNumbers } from "./crl-entries";
import { enumerated, explicitTag, integer, octetString, oid, sequence } from "./der";
import { encodeSignatureAlgorithm } from "./algorithms";
import { generalizedTime, time } from "./der-time";
import { authorityKeyIdentifierExtension, encodeExtension } from "./extensions";
import { extensionOids } from "./oids";
import { assembleSigned } from "./sign";
import { revocationReasons, type RevokedEntry } from "./types";

const { facts } = await makeTestAuthority("ecdsa-p256");
const content = {
  issuer: facts,
  crlNumber: 7n,
  thisUpdate: now,
  nextUpdate: new Date(now.getTime() + 3_600_000),
  idpUrl: null,
};

/** An entry as RFC 5280 §5.1 composes it, part by part. */
function composeEntry({ serial, revokedAt, reason, invalidityDate }: RevokedEntry): Uint8Array {
  const extensions = [
    ...(reason === "unspecified"
      ? []
      : [encodeExtension(extensionOids.reasonCode, false, enumerated(reasonNumbers[reason]))]),
    ...(invalidityDate === null
      ? []
      : [
          sequence(oid(extensionOids.invalidityDate), octetString(generalizedTime(invalidityDate))),
        ]),
  ];
  const rest = extensions.length === 0 ? [] : [sequence(...extensions)];
  return sequence(integer(serial), time(revokedAt), ...rest);
}

function composeTbs(entries: readonly RevokedEntry[]): Uint8Array {
  const { issuer, crlNumber, thisUpdate, nextUpdate } = content;
  return sequence(
    integer(1),
    encodeSignatureAlgorithm(issuer.signatureAlgorithm),
    issuer.subjectDer,
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries.map(composeEntry))]),
    explicitTag(
      0,
      sequence(
        authorityKeyIdentifierExtension(issuer.subjectKeyIdentifier),
        encodeExtension(extensionOids.cRLNumber, false, integer(crlNumber)),
      ),
    ),
  );
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
const below = (end: number): number => Math.floor(Math.random() * end);

function randomEntry(): RevokedEntry {
  const serial = Uint8Array.from(randomBytes(1 + below(20)));
  if (serial.length === 20) serial[0] = serial[0]! & 0x7f;
  if (below(4) === 0)
    serial[0] = pick([0, 1, 0x7f, 0x80, 0xff].slice(0, serial.length < 20 ? 5 : 3));
  return {
    serial,
    revokedAt: new Date(
      pick([below(2 ** 41), Date.UTC(2049, 11, 31, 23, 59, 59, 999), Date.UTC(2050, 0, 1)]),
    ),
    reason: pick(revocationReasons),
    invalidityDate: below(3) === 0 ? new Date(below(2 ** 42)) : null,
  };
}
const magnitude = ({ serial }: RevokedEntry): string =>
  BigInt(`0x${Buffer.from(serial).toString("hex")}`).toString();

describe("the entries of a CRL are octet for octet what their parts are one after another", () => {
  test.each([0, 1, 2, 3, 10, 100, 600])("%i entries in any order", (count) => {
    for (let round = 0; round < 3; round += 1) {
      const random = Array.from({ length: count }, randomEntry);
      const entries = [...new Map(random.map((one) => [magnitude(one), one])).values()];
      const ascending = entries.toSorted((one, other) =>
        Number(BigInt(magnitude(one)) - BigInt(magnitude(other))),
      );
      for (const list of [entries, ascending])
        expect(Buffer.compare(buildCrlTbs({ ...content, entries: list }), composeTbs(list))).toBe(
          0,
        );
    }
  });

  test("serials as views of a larger buffer are written, not the buffer", () => {
    const { serial, ...rest } = randomEntry();
    const around = Uint8Array.of(9, 9, ...serial, 9);
    const entries = [{ ...rest, serial: around.subarray(2, 2 + serial.length) }];
    expect(buildCrlTbs({ ...content, entries })).toEqual(composeTbs([{ ...rest, serial }]));
  });

  test.each([70, 512, 4_000])(
    "a signature of %i octets completes the CRL in its place",
    (length) => {
      const entries = Array.from({ length: 10 }, randomEntry);
      const unsigned = layOutCrl({ ...content, entries: entryListOf(entries) });
      const signature = Uint8Array.from(randomBytes(length));
      const tbs = Uint8Array.from(unsigned.tbsDer);
      expect(unsigned.finish("ecdsa-sha256", signature)).toEqual(
        assembleSigned(tbs, "ecdsa-sha256", signature),
      );
    },
  );
});

const layOutCrl = (...input: Parameters<typeof layOutCrlSteps>) => atOnce(layOutCrlSteps(...input));

describe("entries that no CRL can state are refused before anything is written", () => {
  const listing = (serial: Uint8Array) => [{ ...randomEntry(), serial }];
  test.each([new Uint8Array(0), new Uint8Array(21).fill(1), new Uint8Array(20).fill(0x80)])(
    "a serial of $length octets",
    (serial) => {
      expect(() => entryListOf(listing(serial))).toThrow(
        expect.objectContaining({ code: "crl.invalid" }),
      );
    },
  );

  test.each([
    ["01", "0001"],
    ["01", "02", "01"],
    ["80", "0080"],
    ["03", "02", "01", "03"],
  ])("a serial that occurs twice: %j", (...serials) => {
    const entries = serials.map((text) => ({
      ...randomEntry(),
      serial: Uint8Array.from(Buffer.from(text, "hex")),
    }));
    expect(() => buildCrlTbs({ ...content, entries })).toThrow(/listed twice/);
  });

  test("a list that is longer or shorter than it said", () => {
    const { length, write } = entryListOf([randomEntry()]);
    for (const wrong of [length - 1, length + 1])
      expect(() => layOutCrl({ ...content, entries: { length: wrong, write } })).toThrow(
        /another length/,
      );
  });
});
