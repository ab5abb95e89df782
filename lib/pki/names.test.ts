import { describe, expect, test } from "vitest";
import { formatIp, parseIp } from "@/lib/net/address";
import { isInIpRange, parseIpRange } from "@/lib/net/network";
import { bitString, sequence, setOf, oid, utf8String } from "./der";
import {
  describeGeneralName,
  encodeGeneralName,
  parseGeneralName,
  readGeneralNames,
} from "./general-names";
import { describeName, encodeName, readName } from "./names";
import { formatSerial, makeSerial, parseSerial } from "./serial";
import type { DistinguishedName, GeneralNameType } from "./types";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const invalid = expect.objectContaining({ code: "name.invalid" });

describe("distinguished names", () => {
  const name: DistinguishedName = [
    { type: "C", value: "DE" },
    { type: "O", value: "Exämple, Inc." },
    { type: "serialNumber", value: "42" },
    { type: "CN", value: "pay.example.com" },
  ];

  test("C and serialNumber are PrintableString, all else UTF8String, one attribute an RDN", () => {
    expect(hex(encodeName(name.slice(0, 1)))).toBe("300d310b3009060355040613024445");
    expect(hex(encodeName(name.slice(3)))).toBe(
      "301a311830160603550403" + "0c0f" + Buffer.from("pay.example.com").toString("hex"),
    );
    expect(readName(encodeName(name))).toEqual(name);
  });

  test("the line starts with the most specific and escapes what would mislead", () => {
    expect(describeName(name)).toBe(
      String.raw`CN=pay.example.com,serialNumber=42,O=Exämple\, Inc.,C=DE`,
    );
    expect(describeName(encodeName(name))).toBe(describeName(name));
    expect(describeName([{ type: "CN", value: " #a,b+c\u0000 " }])).toBe(
      String.raw`CN=\ #a\,b\+c\00\ `,
    );
    expect(describeName(encodeName([]))).toBe("");
  });

  test("attributes of one RDN are joined by a plus, and a value that is no text is shown in hex", () => {
    const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), value);
    const der = sequence(
      setOf(attribute("2.5.4.3", utf8String("a")), attribute("2.5.4.10", utf8String("b"))),
      setOf(attribute("2.5.4.45", bitString(Uint8Array.of(1)))),
    );
    expect(describeName(der)).toBe("2.5.4.45=#03020001,CN=a+O=b");
  });

  test.each([
    ["a country in small letters", { type: "C", value: "de" }],
    ["an empty value", { type: "CN", value: "  " }],
    ["65 characters in CN", { type: "CN", value: "x".repeat(65) }],
    ["a zero character", { type: "CN", value: "pay\u0000.example.com" }],
    ["a text direction mark", { type: "O", value: "exa\u202Emple" }],
    ["an unknown attribute", { type: "nickname", value: "x" }],
    ["a serialNumber with an umlaut", { type: "serialNumber", value: "ä" }],
    ["an emailAddress with an umlaut", { type: "emailAddress", value: "ä@example.com" }],
  ])("%s is refused, with a fix", (_, attribute) => {
    expect(() => encodeName([attribute])).toThrow(invalid);
  });

  test("64 characters count as characters, not as octets", () => {
    expect(readName(encodeName([{ type: "CN", value: "é".repeat(64) }]))[0]?.value).toHaveLength(
      64,
    );
  });

  test.each([
    "",
    "3000ff",
    "310030",
    "3002310030",
    "30023100",
    "300631043002060030",
    "30073105300306010a",
  ])("octets %o are no name", (text) => {
    expect(() => readName(Uint8Array.from(Buffer.from(text, "hex")))).toThrow(
      expect.objectContaining({ code: "der.malformed" }),
    );
  });
});

describe("alternative names", () => {
  test.each<[GeneralNameType, string, string]>([
    ["dns", "Pay.Example.COM", "pay.example.com"],
    ["dns", "*.example.com", "*.example.com"],
    ["dns", "localhost", "localhost"],
    ["dns", "xn--mnchen-3ya.example.com", "xn--mnchen-3ya.example.com"],
    ["ip", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["ip", "::ffff:10.0.0.1", "::ffff:a00:1"],
    ["ip", "10.0.0.1", "10.0.0.1"],
    ["email", "Pay.Team@Example.COM", "Pay.Team@example.com"],
    ["uri", "SPIFFE://example.com/payments", "spiffe://example.com/payments"],
    ["uri", "urn:uuid:1234", "urn:uuid:1234"],
  ])("%s %s is canonically %s and survives its encoding", (type, text, value) => {
    const name = parseGeneralName(type, text);
    expect(name).toEqual({ type, value });
    expect(readGeneralNames(sequence(encodeGeneralName(name)))[0]).toMatchObject({
      type,
      text: value,
    });
    expect(describeGeneralName(name)).toContain(value);
  });

  test.each<[GeneralNameType, string]>([
    ["dns", ""],
    ["dns", "a..b"],
    ["dns", "-a.example.com"],
    ["dns", "a-.example.com"],
    ["dns", "pay_1.example.com"],
    ["dns", "pay example.com"],
    ["dns", "*"],
    ["dns", "*.com"],
    ["dns", "a.*.example.com"],
    ["dns", "w*.example.com"],
    ["dns", "example.com."],
    ["dns", "10.0.0.1"],
    ["dns", "example.42"],
    ["dns", "x".repeat(64) + ".example.com"],
    ["dns", "a.".repeat(127) + "example.com"],
    ["dns", "pay.example.com\u0000.evil.example"],
    ["dns", "münchen.example.com"],
    ["ip", "10.0.0.256"],
    ["ip", "010.0.0.1"],
    ["ip", "10.0.0.0/8"],
    ["ip", "1::2::3"],
    ["ip", "fe80::1%eth0"],
    ["ip", "12345::"],
    ["ip", ":"],
    ["ip", "1:2:3:4:5:6:7:8:9"],
    ["email", "example.com"],
    ["email", "a@b@example.com"],
    ["email", ".a@example.com"],
    ["email", "a@"],
    ["email", "a b@example.com"],
    ["email", "Pay <pay@example.com>"],
    ["uri", "/payments"],
    ["uri", "http://"],
    ["uri", "https:///x"],
    ["uri", "http://example.com/a b"],
    ["uri", "http://example.com/ä"],
    ["uri", "payments"],
  ])("%s %o is refused, with a fix", (type, text) => {
    expect(() => parseGeneralName(type, text)).toThrow(invalid);
  });

  test("an international name is answered with its ASCII form, an address with the right kind", () => {
    expect(() => parseGeneralName("dns", "münchen.example.com")).toThrow(
      /xn--mnchen-3ya\.example\.com/,
    );
    expect(() => parseGeneralName("dns", "10.0.0.1")).toThrow(/IP:10\.0\.0\.1/);
  });

  test.each(["3000", "3002", "30028200ff", "30020500", "300482026162ff"])(
    "octets %o are no list of names",
    (text) => {
      expect(() => readGeneralNames(Uint8Array.from(Buffer.from(text, "hex")))).toThrow(
        expect.objectContaining({ code: "der.malformed" }),
      );
    },
  );
});

describe("addresses", () => {
  test.each([
    "::",
    "::1",
    "1::",
    "2001:db8::1:0:0:1",
    "2001:0:0:1::1",
    "1:2:3:4:5:6:7:8",
    "0:1:2:3:4:5:6:7",
  ])("%s is its own canonical text", (text) => {
    expect(formatIp(parseIp(text)!)).toBe(text);
  });

  test.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["0.0.0.0/0", "::1", false],
    ["10.0.0.1", "10.0.0.1", true],
  ])("%s contains %s: %s", (range, address, isIn) => {
    expect(isInIpRange(parseIp(address)!, parseIpRange(range)!)).toBe(isIn);
  });

  test.each(["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/08", "x/8"])(
    "%s is no range",
    (text) => {
      expect(parseIpRange(text)).toBeNull();
    },
  );
});

describe("serial numbers", () => {
  test("a new one has 16 octets, is positive and never starts with zero", () => {
    for (const first of [0x00, 0x80, 0xff, 0x7f]) {
      let calls = 0;
      const serial = makeSerial((length) =>
        new Uint8Array(length).fill(calls++ === 0 ? first : 0x42),
      );
      expect(serial).toHaveLength(16);
      expect(serial[0]).toBeGreaterThan(0);
      expect(serial[0]).toBeLessThan(0x80);
    }
    expect(() => makeSerial((length) => new Uint8Array(length))).toThrow(/zeros/);
    expect(() => makeSerial(() => new Uint8Array(4))).toThrow(RangeError);
  });

  test("it is read as people copy it", () => {
    expect(formatSerial(parseSerial(" 0x4F:1A:9c\n"))).toBe("4f1a9c");
    expect(formatSerial(parseSerial("00ff"))).toBe("ff");
    expect(formatSerial(parseSerial("f"))).toBe("0f");
    expect(formatSerial(parseSerial("0"))).toBe("00");
  });

  test.each(["", "xyz", "4f-1a", "1".repeat(41)])("%o is none", (text) => {
    expect(() => parseSerial(text)).toThrow(expect.objectContaining({ code: "serial.invalid" }));
  });
});
