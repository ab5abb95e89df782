import { describe, expect, test } from "vitest";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { oid, sequence, tlv } from "@/lib/pki/der";
import { encodeExtension } from "@/lib/pki/extensions";
import { encodeName } from "@/lib/pki/names";
import { extendedKeyUsageOids, extensionOids } from "@/lib/pki/oids";
import { encodeTbs } from "@/lib/pki/tbs";
import type { DistinguishedName } from "@/lib/pki/types";
import { makeTestKey } from "@/testing/pki/authorities";
import { type Ceiling, ceilingOfDomains, checkAddition, widenCeiling } from "./ceiling";
import { deriveCeiling } from "./derive-ceiling";
import { describeExcesses, findExcesses } from "./evaluate-ceiling";

const now = new Date("2026-11-28T12:00:00Z");
const { spkiDer } = makeTestKey("ecdsa-p256");
const day = 86_400_000;
const sanTags = {
  dns: 0x82,
  email: 0x81,
  uri: 0x86,
  ip: 0x87,
  dirName: 0xa4,
  other: 0xa0,
} as const;

type Content = Readonly<{
  names?: readonly (readonly [keyof typeof sanTags, string | Uint8Array])[];
  subject?: DistinguishedName;
  /** OIDs; null for no extension. */
  usages?: readonly string[] | null;
  days?: number;
}>;

function tbsOf({
  names = [["dns", "pay.example.com"]],
  subject = [],
  usages = [extendedKeyUsageOids.serverAuth],
  days = 90,
}: Content): Uint8Array {
  const content = names.map(([type, value]) =>
    tlv(sanTags[type], typeof value === "string" ? Buffer.from(value, "latin1") : value),
  );
  return encodeTbs({
    serial: Uint8Array.of(1, 2, 3),
    algorithmDer: encodeSignatureAlgorithm("ecdsa-sha256"),
    issuerDer: encodeName([{ type: "CN", value: "Issuing" }]),
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + days * day),
    subjectDer: encodeName(subject),
    spkiDer,
    extensions: [
      ...(content.length > 0
        ? [encodeExtension(extensionOids.subjectAltName, false, sequence(...content))]
        : []),
      ...(usages
        ? [
            encodeExtension(
              extensionOids.extKeyUsage,
              false,
              sequence(...usages.map((one) => oid(one))),
            ),
          ]
        : []),
    ],
  });
}
const excessesOf = (content: Content, ceiling: Ceiling = ceilingOfDomains(["example.com"])) =>
  findExcesses(ceiling, tbsOf(content), now).map(({ what }) => what);
const cn = (value: string): DistinguishedName => [{ type: "CN", value }];
const octets = (...bytes: number[]) => Uint8Array.from(bytes);

describe("the ceiling of an organization's domains allows", () => {
  test.each<[string, Content]>([
    ["the domain itself", { names: [["dns", "example.com"]] }],
    ["any name below it", { names: [["dns", "a.b.c.example.com"]] }],
    ["a wildcard below it", { names: [["dns", "*.example.com"]] }],
    ["a mailbox of it", { names: [["email", "ann@example.com"]] }],
    ["a SPIFFE ID of it", { names: [["uri", "spiffe://example.com/pay/1"]] }],
    ["a URL of it with a port", { names: [["uri", "https://a.example.com:8443/x"]] }],
    ["a private address", { names: [["ip", octets(10, 1, 2, 3)]] }],
    ["no subjectAltName, and an identity's name", { names: [], subject: cn("payments") }],
    ["a person's name", { names: [], subject: cn("Ann Example") }],
    ["the longest lifetime", { days: 825 }],
    [
      "server and client authentication",
      { usages: [extendedKeyUsageOids.serverAuth, extendedKeyUsageOids.clientAuth] },
    ],
  ])("%s", (_what, content) => {
    expect(excessesOf(content)).toEqual([]);
  });
});

describe("the ceiling of an organization's domains never allows", () => {
  test.each<[string, Content]>([
    ["another domain", { names: [["dns", "evil.example"]] }],
    ["a domain that only ends alike", { names: [["dns", "notexample.com"]] }],
    ["a domain with this one inside", { names: [["dns", "example.com.evil.net"]] }],
    ["the domain above it", { names: [["dns", "com"]] }],
    ["a wildcard above it", { names: [["dns", "*.com"]] }],
    ["a wildcard of everything", { names: [["dns", "*"]] }],
    ["a single label", { names: [["dns", "vault"]] }],
    ["an empty name", { names: [["dns", ""]] }],
    ["a trailing dot", { names: [["dns", "example.com."]] }],
    ["a NUL before the domain", { names: [["dns", "evil.net\0.example.com.net"]] }],
    ["localhost", { names: [["dns", "localhost"]] }],
    [
      "another among allowed ones",
      {
        names: [
          ["dns", "a.example.com"],
          ["dns", "evil.net"],
        ],
      },
    ],
    ["a mailbox elsewhere", { names: [["email", "ann@evil.net"]] }],
    ["a mailbox with two at signs", { names: [["email", "ann@example.com@evil.net"]] }],
    ["a URI of another host", { names: [["uri", "spiffe://evil.net/example.com/"]] }],
    ["a URI with the domain as its user", { names: [["uri", "https://example.com@evil.net/"]] }],
    ["a URI with the domain as its port", { names: [["uri", "https://evil.net:example.com/"]] }],
    ["a URI that climbs", { names: [["uri", "spiffe://example.com/a/../../evil"]] }],
    ["a URI without a host", { names: [["uri", "urn:example.com:x"]] }],
    ["a public address", { names: [["ip", octets(8, 8, 8, 8)]] }],
    ["a loopback address", { names: [["ip", octets(127, 0, 0, 1)]] }],
    [
      "a mapped address",
      { names: [["ip", octets(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 8, 8, 8, 8)]] },
    ],
    ["an address of three octets", { names: [["ip", octets(10, 1, 2)]] }],
    ["a network in place of an address", { names: [["ip", octets(10, 0, 0, 0, 255, 0, 0, 0)]] }],
    ["a directory name", { names: [["dirName", sequence()]] }],
    ["an otherName", { names: [["other", sequence()]] }],
    ["a host as common name", { names: [], subject: cn("vault.evil.net") }],
    [
      "a host as second common name",
      { names: [], subject: [...cn("pay.example.com"), ...cn("evil.net")] },
    ],
    ["an address as common name", { names: [], subject: cn("8.8.8.8") }],
    ["a mailbox as common name", { names: [], subject: cn("root@evil.net") }],
    ["a URI as common name", { names: [], subject: cn("spiffe://evil.net/x") }],
    [
      "a mailbox in the subject",
      { names: [], subject: [{ type: "emailAddress", value: "a@evil.net" }] },
    ],
    ["code signing", { usages: [extendedKeyUsageOids.codeSigning] }],
    ["OCSP signing", { usages: [extendedKeyUsageOids.ocspSigning] }],
    ["any usage", { usages: ["2.5.29.37.0"] }],
    ["a usage by an OID", { usages: ["1.3.6.1.4.1.311.20.2.2"] }],
    ["no usage at all", { usages: null }],
    ["a day more", { days: 826 }],
    ["a century", { days: 36_500 }],
  ])("%s", (_what, content) => {
    expect(excessesOf(content)).toHaveLength(1);
  });

  test("bytes that are no certificate", () => {
    const ceiling = widenCeiling(ceilingOfDomains([]), everything);
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x30, 0), tbsOf({}).subarray(1)])
      expect(findExcesses(ceiling, bytes, now)).toHaveLength(1);
  });

  test("a name that only the empty ceiling's lack of domains would leave", () => {
    expect(excessesOf({}, ceilingOfDomains([]))).toEqual(["the DNS name pay.example.com"]);
  });
});

const all = ["*"];
const everything = { dns: all, uri: all, email: all, ip: all, usages: all, days: 20_000 };
const nothingMore = { dns: [], uri: [], email: [], ip: [], usages: [], days: null };

describe("a ceiling is widened", () => {
  test.each<[Partial<typeof nothingMore> | object, Content]>([
    [{ dns: ["evil.net"] }, { names: [["dns", "a.evil.net"]] }],
    [{ email: ["evil.net"] }, { names: [["email", "a@evil.net"]] }],
    [{ uri: ["urn:acme:"] }, { names: [["uri", "urn:acme:1"]] }],
    [{ uri: ["https://evil.net/x/"] }, { names: [["uri", "https://evil.net/x/y"]] }],
    [{ ip: ["8.8.8.0/24"] }, { names: [["ip", octets(8, 8, 8, 8)]] }],
    [{ usages: ["codeSigning"] }, { usages: [extendedKeyUsageOids.codeSigning] }],
    [{ usages: ["1.2.3.4"] }, { usages: ["1.2.3.4"] }],
    [{ usages: ["*"] }, { usages: null }],
    [{ days: 1000 }, { days: 1000 }],
  ])("by %j, and by no more", (addition, content) => {
    const ceiling = widenCeiling(
      ceilingOfDomains(["example.com"]),
      checkAddition({ ...nothingMore, ...addition }),
    );
    expect(excessesOf(content, ceiling)).toEqual([]);
    expect(excessesOf({ names: [["dns", "other.org"]] }, ceiling)).toHaveLength(1);
  });

  test("never narrowed, and one star stands for the whole list", () => {
    const ceiling = widenCeiling(ceilingOfDomains(["example.com"]), { ...nothingMore, days: 1 });
    expect(ceiling).toEqual(ceilingOfDomains(["example.com"]));
    expect(widenCeiling(ceiling, everything).dns).toEqual(["*"]);
  });

  test.each([
    {},
    { dns: ["a b"] },
    { dns: ["https://example.com"] },
    { dns: ["*.*.example.com"] },
    { dns: [""] },
    { uri: ["spiffe://example.com"] },
    { uri: ["/"] },
    { email: ["ann@example.com"] },
    { ip: ["10.0.0.0/99"] },
    { usages: ["anything"] },
    { days: 0 },
    { days: 1e9 },
    { days: 1.5 },
  ])("not by %j, which is refused in words", (addition) => {
    expect(() => checkAddition({ ...nothingMore, ...addition })).toThrow(/.{10}/);
  });
});

test("a refusal names the ceiling, what is beyond it, and a command that allows exactly that", () => {
  const content = {
    names: [
      ["dns", "*.evil.net"],
      ["ip", octets(8, 8, 8, 8)],
    ],
    usages: [extendedKeyUsageOids.codeSigning],
    days: 1000,
  } as const;
  const ceiling = ceilingOfDomains(["example.com"]);
  expect(describeExcesses("issuing", findExcesses(ceiling, tbsOf(content), now))).toBe(
    "The ceiling of issuing doesn't allow the DNS name *.evil.net, the address 8.8.8.8, the usage codeSigning, a lifetime of 1000 days. To allow it, run on the host: npx chancery signer allow issuing --dns evil.net --ip 8.8.8.8 --usage codeSigning --days 1000",
  );
  const addition = {
    ...nothingMore,
    dns: ["evil.net"],
    ip: ["8.8.8.8"],
    usages: ["codeSigning"],
    days: 1000,
  };
  expect(excessesOf(content, widenCeiling(ceiling, checkAddition(addition)))).toEqual([]);
});

test("what nothing allows has no command, and a value can't end the command", () => {
  const excesses = findExcesses(
    ceilingOfDomains([]),
    tbsOf({ names: [["other", sequence()]] }),
    now,
  );
  expect(describeExcesses("issuing", excesses)).not.toMatch(/npx/);
  const quoted = findExcesses(
    ceilingOfDomains([]),
    tbsOf({ names: [["dns", "x'; rm -rf ~; '"]] }),
    now,
  );
  expect(describeExcesses("issuing", quoted)).toMatch(/--dns 'x; rm -rf ~; '$/);
});

describe("the ceiling of a CA from before there were ceilings", () => {
  const san = {
    types: [],
    min: 0,
    max: 10,
    wildcards: true,
    dnsPatterns: ["corp.example", "**.corp.example", "*.lab.example"],
    ipRanges: ["192.0.2.0/24"],
    emailDomains: ["corp.example"],
    uriPrefixes: ["spiffe://corp.example/", "urn:acme:"],
  };
  const profile = {
    san,
    extendedKeyUsage: ["codeSigning"] as const,
    validitySecondsMax: 3000 * 86_400,
    names: [{ type: "uri", value: "spiffe://mesh.example/{identity.name}" }] as const,
  };

  test("allows what its profiles allow and what its certificates have, so that nothing stops", () => {
    const sans = [
      "DNS:db.prod.internal",
      "DNS:legacy",
      "email:a@old.example",
      "URI:https://x.example/y",
      "IP:8.8.4.4",
    ];
    const ceiling = deriveCeiling({ profiles: [profile], sans });
    for (const content of [
      { names: [["dns", "a.b.corp.example"]] },
      { names: [["dns", "*.lab.example"]] },
      { names: [["dns", "db.prod.internal"]] },
      { names: [["dns", "other.prod.internal"]] },
      { names: [["dns", "legacy"]] },
      { names: [["email", "b@old.example"]] },
      { names: [["uri", "https://x.example/other"]] },
      { names: [["uri", "spiffe://mesh.example/pay"]] },
      { names: [["uri", "urn:acme:1"]] },
      { names: [["ip", octets(8, 8, 4, 4)]] },
      { names: [["ip", octets(192, 0, 2, 9)]] },
      { usages: [extendedKeyUsageOids.codeSigning], names: [["dns", "corp.example"]] },
      { days: 3000, names: [["dns", "corp.example"]] },
    ] as const satisfies readonly Content[])
      expect(excessesOf(content, ceiling), JSON.stringify(content)).toEqual([]);
    expect(excessesOf({ names: [["dns", "evil.net"]] }, ceiling)).toHaveLength(1);
  });

  test("allows anything of a kind only where a profile did", () => {
    const open = { ...profile, san: { ...san, dnsPatterns: ["*"] }, extendedKeyUsage: [] };
    const ceiling = deriveCeiling({ profiles: [open], sans: [] });
    expect(ceiling).toMatchObject({ dns: ["*"], usages: ["*"], email: ["corp.example"] });
  });
});
