import { describe, expect, test } from "vitest";
import { serverRules } from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { codes, dns, plan, withRules } from "@/testing/pki/plan-fixture";
import { oid, sequence, tags, tlv } from "./der";
import type { CertificateRequest } from "./plan";
import type { DistinguishedName, GeneralName, ProfileRules } from "./types";

const uris = (...values: string[]): GeneralName[] =>
  values.map((value) => ({ type: "uri", value }));
const cn = (...values: string[]): DistinguishedName =>
  values.map((value) => ({ type: "CN", value }));
const san: ProfileRules["san"] = {
  ...serverRules.san,
  min: 0,
  dnsPatterns: ["e.example", "**.e.example"],
  emailDomains: ["e.example"],
  uriPrefixes: ["spiffe://e.example/", "https://e.example/app/", "urn:uuid:"],
};
const rules: ProfileRules = {
  ...serverRules,
  subject: { commonName: "optional", commonNameFrom: "san-or-identity", fixed: [] },
  san,
};
/** The codes of findings of severity error. */
const errorsOf = async (change: Partial<CertificateRequest>): Promise<string[]> =>
  (await plan({ rules, identity: identityWith(["payments"]), ...change })).findings
    .filter(({ severity }) => severity === "error")
    .map(({ code }) => code);

describe("a URI in a certificate", () => {
  test.each([
    "spiffe://e.example/pay",
    "https://e.example/app/y",
    "https://e.example/app/y?q=1",
    "urn:uuid:1234",
    "SPIFFE://E.example/pay",
  ])("%s is allowed by a rule above it", async (value) => {
    expect(await errorsOf({ subject: [], sans: uris(value) })).toEqual([]);
  });

  test.each([
    ["userinfo that hides another host", "https://e.example:x@evil.example/app/y"],
    ["userinfo", "https://u@e.example/app/y"],
    ["a segment that leads out of the path", "https://e.example/app/../admin"],
    ["an escaped segment that leads out of the path", "https://e.example/app/%2e%2e/admin"],
    ["an escaped slash", "https://e.example/app/a%2Fb"],
    ["an empty segment", "https://e.example/app//y"],
    ["a needless escape", "https://e.example/app/%61"],
    ["a port with a zero", "https://e.example:0443/app/y"],
    ["an address as host", "https://[::1]/app/y"],
    ["a fragment", "https://e.example/app/y#f"],
    ["a port in a SPIFFE ID", "spiffe://e.example:8443/pay"],
    ["a host and port without a scheme", "pay.internal:8443"],
    ["an opaque URI", "mailto:a@e.example"],
  ])("%s is refused, not normalized: %s", async (_what, value) => {
    expect(await errorsOf({ subject: [], sans: uris(value) })).toContain("name.not-canonical");
  });

  test.each([
    "spiffe://e.example.evil.example/pay",
    "spiffe://e.example",
    "https://e.example/app",
    "https://e.example/application/y",
    "https://e.example:8443/app/y",
    "urn:isbn:1234",
  ])("%s is outside the profile", async (value) => {
    expect(await errorsOf({ subject: [], sans: uris(value) })).toEqual([
      "certificate.name-outside-profile",
    ]);
  });

  test("a rule without a slash at its end allows that URI alone", async () => {
    const exact = {
      ...rules,
      san: { ...san, uriPrefixes: ["https://e.example", "https://e.example/app"] },
    };
    const of = (value: string) => errorsOf({ rules: exact, subject: [], sans: uris(value) });
    expect(await of("https://e.example/app")).toEqual([]);
    expect(await of("https://e.example/app/y")).toEqual(["certificate.name-outside-profile"]);
    expect(await of("https://e.example:8443/x")).toEqual(["certificate.name-outside-profile"]);
    expect(await of("https://e.example:x@evil.example/")).toEqual(["name.not-canonical"]);
  });

  test("a SPIFFE ID is the only URI, whatever comes first", async () => {
    for (const sans of [
      uris("spiffe://e.example/pay", "https://e.example/app/y"),
      uris("https://e.example/app/y", "spiffe://e.example/pay"),
      uris("spiffe://e.example/pay", "spiffe://e.example/admin"),
    ])
      expect(await errorsOf({ subject: [], sans })).toEqual(["certificate.spiffe-one-uri"]);
    expect(
      await errorsOf({
        subject: [],
        sans: uris("spiffe://e.example/pay", "SPIFFE://e.example/pay"),
      }),
    ).toEqual([]);
    expect(
      await errorsOf({
        subject: [],
        sans: [...uris("spiffe://e.example/pay"), ...dns("pay.e.example")],
      }),
    ).toEqual([]);
  });
});

describe("a name in two spellings", () => {
  test("an IPv4 address inside IPv6 is refused, and so is a label that only looks internationalized", async () => {
    const ip = (value: string): GeneralName[] => [{ type: "ip", value }];
    const wide = { ...rules, san: { ...san, ipRanges: ["::ffff:0:0/96", "10.0.0.0/8"] } };
    expect(await errorsOf({ rules: wide, subject: [], sans: ip("::ffff:10.1.2.3") })).toContain(
      "name.not-canonical",
    );
    for (const name of ["ab--cd.e.example", "xn--zz.e.example"])
      expect(await errorsOf({ subject: [], sans: dns(name) })).toContain("name.not-canonical");
  });

  test("the profile gates a wildcard as the literal name that it is", async () => {
    const noWildcards = { ...rules, san: { ...san, wildcards: false } };
    const of = (name: string) => errorsOf({ rules: noWildcards, subject: [], sans: dns(name) });
    expect(await of("*.a.e.example")).toEqual(["certificate.name-outside-profile"]);
    expect(await of("x.a.e.example")).toEqual([]);
  });
});

describe("a common name", () => {
  const unbound = ["certificate.common-name-not-bound"];
  test.each<[string, GeneralName[]]>([
    ["payments", []],
    ["Payments", []],
    ["pay.e.example", dns("pay.e.example")],
    ["PAY.E.example", dns("pay.e.example")],
    ["spiffe://e.example/pay", uris("spiffe://e.example/pay")],
    ["10.0.0.1", [{ type: "ip", value: "10.0.0.1" }]],
    ["2001:0DB8::1", [{ type: "ip", value: "2001:db8::1" }]],
    ["Al@e.example", [{ type: "email", value: "al@e.example" }]],
  ])("%s is bound", async (name, sans) => {
    expect(await errorsOf({ subject: cn(name), sans })).toEqual([]);
  });

  test.each<[string, string, GeneralName[]]>([
    ["a host of another identity", "vault.e.example", []],
    ["a host, without the subjectAltName", "pay.e.example", []],
    ["a host next to another", "vault.e.example", dns("pay.e.example")],
    ["a host below a wildcard", "x.a.e.example", dns("*.a.e.example")],
    ["a wildcard", "*.a.e.example", dns("x.a.e.example")],
    ["a wildcard that is a subjectAltName", "*.a.e.example", dns("*.a.e.example")],
    ["another name", "ledger", []],
    ["an address", "10.0.0.1", []],
    ["an address of another family", "10.0.0.1", [{ type: "ip", value: "2001:db8::1" }]],
    ["a mailbox", "al@e.example", []],
    ["a URI", "spiffe://e.example/x", []],
    ["the name in full width", "ｐayments", []],
    ["the name with a separator", "payments,OU=x", []],
    ["the name with two spaces", "payments  ", []],
    ["the name with an invisible character", "pay​ments", []],
  ])("%s is not bound", async (_what, name, sans) => {
    expect(await errorsOf({ subject: cn(name), sans })).toContain(unbound[0]);
  });

  test.each(["vault.e.example", "10.0.0.1", "al@e.example", "spiffe://e.example/x", "*"])(
    "an identity called %s doesn't get it as its common name: a verifier would take it for more than a name",
    async (name) => {
      expect(
        await errorsOf({ identity: identityWith([name]), subject: cn(name), sans: [] }),
      ).toEqual(unbound);
    },
  );

  test("where only subjectAltNames count, the identity's own name doesn't", async () => {
    const strict = { ...rules, subject: { ...rules.subject, commonNameFrom: "san" as const } };
    const change = { rules: strict, subject: cn("payments"), sans: dns("pay.e.example") };
    expect(await errorsOf(change)).toEqual(unbound);
  });

  test("two of them are refused, also in one relative name", async () => {
    const attribute = sequence(oid("2.5.4.3"), tlv(tags.utf8String, Buffer.from("payments")));
    const subjectDer = sequence(tlv(tags.set, Buffer.concat([attribute, attribute])));
    const { findings } = await plan(
      { rules, identity: identityWith(["payments"]) },
      { subjectDer, sans: [] },
    );
    expect(findings.map(({ code }) => code)).toContain("certificate.common-name-twice");
    expect(await errorsOf({ subject: cn("payments", "payments"), sans: [] })).toEqual([
      "certificate.common-name-twice",
    ]);
  });

  test("a certificate for no name is refused, also with a fixed subject", async () => {
    const fixed = {
      ...rules,
      subject: { ...rules.subject, fixed: [{ type: "O", value: "Example" }] },
    };
    expect(await errorsOf({ subject: [], sans: [] })).toEqual(["certificate.san-missing"]);
    expect(await errorsOf({ rules: fixed, subject: [], sans: [] })).toEqual([
      "certificate.san-missing",
    ]);
  });
});

describe("the subject of a request", () => {
  test("attributes that the profile doesn't fix are dropped and named in the decision", async () => {
    const subject = [
      ...cn("payments"),
      { type: "emailAddress", value: "admin@e.example" },
      { type: "UID", value: "root" },
      { type: "O", value: "system:masters" },
      { type: "serialNumber", value: "1" },
    ];
    const { plan: planned, rules: applied } = await plan(
      { rules, identity: identityWith(["payments"]) },
      { subject, sans: [] },
    );
    expect(planned?.subjectText).toBe("CN=payments");
    const dropped = applied.find(({ rule }) => rule === "subject-attributes-dropped");
    for (const text of ["admin@e.example", "root", "system:masters", "serialNumber=1"])
      expect(dropped?.input).toContain(text);
  });

  test.each(["emailAddress", "serialNumber", "O", "UID"])(
    "%s in the subject of an API request is refused",
    async (type) => {
      const value = type === "emailAddress" ? "admin@e.example" : "x";
      expect(await errorsOf({ subject: [...cn("payments"), { type, value }], sans: [] })).toContain(
        "certificate.subject-outside-profile",
      );
    },
  );
});

describe("what a certificate already carries", () => {
  const earlier = {
    commonNames: ["vault.e.example", "*.a.e.example"],
    sans: [
      ...uris("spiffe://e.example/pay", "https://e.example/app/y"),
      { type: "ip", value: "::ffff:a00:1" } as const,
    ],
  };
  const identity = identityWith([], { earlier, isSelfService: true });
  const wide = { ...rules, san: { ...san, ipRanges: ["::ffff:0:0/96", "10.0.0.0/8"] } };

  test("newer rules warn about it when it is rotated, and refuse nothing", async () => {
    const change = {
      rules: wide,
      identity,
      subject: cn("vault.e.example"),
      sans: earlier.sans,
    };
    expect(await errorsOf(change)).toEqual([]);
    expect(codes(await plan(change))).toEqual(
      expect.arrayContaining([
        "certificate.common-name-not-bound",
        "certificate.spiffe-one-uri",
        "name.not-canonical",
      ]),
    );
  });

  test("a former common name is kept, with the rename and the present name in the warning", async () => {
    const renamed = identityWith(["pay-2"], { earlier: { commonNames: ["pay-1"], sans: [] } });
    const { findings } = await plan({
      rules: { ...rules, san: { ...san, min: 0 } },
      identity: renamed,
      subject: cn("pay-1"),
      sans: [],
    });
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ["certificate.common-name-not-bound", "warning"],
    ]);
    expect(findings[0]?.message).toMatch(/renamed.*The rotation keeps it\. Use -subj \/CN=pay-2/);
  });

  test("something next to it is refused", async () => {
    const more = uris("spiffe://e.example/admin");
    expect(
      await errorsOf({ rules: wide, identity, subject: [], sans: [...earlier.sans, ...more] }),
    ).toEqual(["certificate.spiffe-one-uri"]);
    expect(
      await errorsOf({ rules: wide, identity, subject: cn("ca.e.example"), sans: earlier.sans }),
    ).toEqual(["certificate.common-name-not-bound"]);
    expect(
      await errorsOf({
        rules: wide,
        identity,
        subject: [],
        sans: [{ type: "ip", value: "::ffff:10.0.0.2" }],
      }),
    ).toContain("name.not-canonical");
  });

  test("the profile still decides: a name that it no longer allows is refused", async () => {
    const narrow = withRules({ san: { ...san, uriPrefixes: ["spiffe://e.example/"] } });
    expect(await errorsOf({ ...narrow, identity, subject: [], sans: earlier.sans })).toContain(
      "certificate.name-outside-profile",
    );
  });
});

describe("names from templates", () => {
  test("what a template makes is allowed in addition to the rules, and nothing near it", async () => {
    const offered = uris("spiffe://other.example/payments");
    const identity = identityWith([], { offered });
    expect(await errorsOf({ identity, subject: [], sans: offered })).toEqual([]);
    for (const value of ["spiffe://other.example/payments/x", "spiffe://other.example/ledger"])
      expect(await errorsOf({ identity, subject: [], sans: uris(value) })).toEqual([
        "certificate.name-outside-profile",
      ]);
  });
});
