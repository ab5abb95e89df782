import { describe, expect, test } from "vitest";
import { checkDer } from "./check-der";
import {
  boolean,
  ia5String,
  integer,
  namedBits,
  octetString,
  sequence,
  setOf,
  tlv,
  utf8String,
} from "./der";
import {
  enter,
  readDer,
  takeBitString,
  takeBoolean,
  takeInteger,
  takeRaw,
  takeTime,
} from "./der-reader";
import { generalizedTime, time } from "./der-time";
import { decodeOid, encodeOid } from "./oids";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const ascii = (element: Uint8Array): string => Buffer.from(element.subarray(2)).toString("latin1");

describe("the writer emits DER", () => {
  test.each([
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [256, "02020100"],
    [2n ** 64n, "0209010000000000000000"],
  ])("integer %s in its shortest positive form", (value, expected) => {
    expect(hex(integer(value))).toBe(expected);
  });

  test("integer from octets: zeros in front are dropped, a high bit gets its zero", () => {
    expect(hex(integer(bytes("0000ff")))).toBe("020200ff");
    expect(hex(integer(bytes("")))).toBe("020100");
    expect(() => integer(-1)).toThrow(RangeError);
  });

  test.each([
    [0, "0500"],
    [127, "057f"],
    [128, "058180"],
    [255, "0581ff"],
    [256, "05820100"],
    [65_536, "0583010000"],
  ])("length %d in its shortest form", (length, head) => {
    expect(hex(tlv(5, new Uint8Array(length))).startsWith(head)).toBe(true);
  });

  test("named bits lose their trailing zeros, and no bits are an empty string", () => {
    expect(hex(namedBits([0]))).toBe("03020780");
    expect(hex(namedBits([5, 6]))).toBe("03020106");
    expect(hex(namedBits([8]))).toBe("0303070080");
    expect(hex(namedBits([]))).toBe("030100");
  });

  test("the members of a SET OF are sorted", () => {
    expect(hex(setOf(utf8String("b"), utf8String("a"), boolean(true)))).toBe(
      "31090101ff0c01610c0162",
    );
  });

  test("an IA5String refuses what is not ASCII instead of becoming another name", () => {
    expect(() => ia5String("münchen.example.com")).toThrow(RangeError);
  });

  test.each([
    ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
    ["2.999.1", "0603883701"],
    ["0.9.2342.19200300.100.1.25", "060a0992268993f22c640119"],
  ])("object identifier %s", (text, expected) => {
    expect(hex(encodeOid(text))).toBe(expected);
    expect(decodeOid(bytes(expected).subarray(2))).toBe(text);
  });

  test.each(["1", "3.1", "1.40", "1.2.", "1.02", "1.2.x", ""])(
    "%o is no object identifier",
    (text) => {
      expect(() => encodeOid(text)).toThrow(RangeError);
    },
  );

  test.each(["", "80", "8001", "2a80", "2a8001", "2a86"])(
    "octets %o are no object identifier",
    (content) => {
      expect(decodeOid(bytes(content))).toBeNull();
    },
  );
});

describe("times", () => {
  test.each([
    ["2049-12-31T23:59:59Z", "491231235959Z"],
    ["2050-01-01T00:00:00Z", "20500101000000Z"],
    ["9999-12-31T23:59:59Z", "99991231235959Z"],
    ["1950-01-01T00:00:00Z", "500101000000Z"],
    ["2038-01-19T03:14:08Z", "380119031408Z"],
    ["2028-02-29T00:00:00Z", "280229000000Z"],
  ])("%s is written and read back as it is", (iso, text) => {
    const element = time(new Date(iso));
    expect(ascii(element)).toBe(text);
    expect(takeTime(readDer(element), "a time").toISOString()).toBe(new Date(iso).toISOString());
  });

  test("milliseconds are cut off, never written and never rounded up", () => {
    expect(ascii(time(new Date("2049-12-31T23:59:59.999Z")))).toBe("491231235959Z");
    expect(ascii(generalizedTime(new Date("2026-11-23T10:00:00.999Z")))).toBe("20261123100000Z");
  });

  test.each(["1949-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "not a date"])(
    "%s cannot be written",
    (iso) => {
      expect(() => time(new Date(iso))).toThrow(RangeError);
      expect(() => generalizedTime(new Date(iso))).toThrow(RangeError);
    },
  );

  test.each([
    "2611231000Z",
    "261123100000",
    "261123100000+0100",
    "261123100060Z",
    "261123240000Z",
    "260230000000Z",
    "2611231000.5Z",
    "26112310000 Z",
  ])("UTCTime %s is refused", (text) => {
    expect(() => takeTime(readDer(tlv(0x17, Buffer.from(text))), "a time")).toThrow(/der|time/i);
  });

  test.each([
    "20261123100000.5Z",
    "20261123100000",
    "202611231000Z",
    "20261323100000Z",
    "20260229000000Z",
    "19491231235959Z",
  ])("GeneralizedTime %s is refused", (text) => {
    expect(() => takeTime(readDer(tlv(0x18, Buffer.from(text))), "a time")).toThrow(/time/);
  });
});

describe("the reader takes DER alone", () => {
  test.each([
    ["an indefinite length", "30800000"],
    ["a length with a leading zero", "3081020500"],
    ["a long length that fits the short form", "30810100"],
    ["a length of five octets", "30850000000001"],
    ["a cut-off element", "300305"],
    ["a cut-off length", "3082"],
    ["a length beyond the end", "3084ffffffff"],
    ["nothing at all", ""],
    ["a tag of several octets", "1f8101"],
    ["something after the end", "05000500"],
    ["a child longer than its parent", "3003040500"],
    ["a child that runs past its parent", "300204020000"],
  ])("%s is refused", (_, text) => {
    expect(() => checkDer(bytes(text))).toThrow(expect.objectContaining({ code: "der.malformed" }));
  });

  test("nesting and number of elements are bounded, without recursion", () => {
    const deep = Array.from({ length: 40 }).reduce<Uint8Array>(
      (inner) => sequence(inner),
      new Uint8Array(0),
    );
    expect(() => checkDer(deep)).toThrow(/deeply/);
    expect(() =>
      checkDer(sequence(...Array.from({ length: 5000 }, () => Uint8Array.of(5, 0)))),
    ).toThrow(/more than 4096/);
    expect(() => checkDer(sequence(octetString(bytes("00")), sequence()))).not.toThrow();
  });

  test.each([
    ["padded with zero", "0202007f"],
    ["padded with ff", "0202ff80"],
    ["empty", "0200"],
  ])("an integer %s is refused", (_, text) => {
    expect(() => takeInteger(readDer(bytes(text)), "a number")).toThrow(/shortest/);
  });

  test.each(["010101", "0100", "0102ffff"])("boolean %s is refused", (text) => {
    expect(() => takeBoolean(readDer(bytes(text)), "a boolean")).toThrow(/boolean/);
  });

  test.each(["0300", "030108", "030101", "03020801", "03020101"])(
    "bit string %s is refused",
    (text) => {
      expect(() => takeBitString(readDer(bytes(text)), "bits")).toThrow(/bit string/);
    },
  );

  test("an element that starts beyond the end is refused, not read as zero", () => {
    const reader = readDer(bytes("0500"));
    takeRaw(reader, "null");
    expect(() => takeRaw(reader, "more")).toThrow(/der|more/i);
    expect(() => enter(reader, 0x30, "more")).toThrow(/more expected/);
  });
});
