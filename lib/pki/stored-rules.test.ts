import { describe, expect, test } from "vitest";
import { serverRules } from "@/testing/pki/authorities";
import { identityWith } from "@/testing/pki/identity-names";
import { plan } from "@/testing/pki/plan-fixture";
import { readStoredRules, type StoredRules } from "./stored-rules";
import type { GeneralName } from "./types";

const { identityKinds: _k, selfService: _s, names: _n, subject, ...rest } = serverRules;
const stored = (commonNameInSan: boolean, san = {}): StoredRules => ({
  ...rest,
  subject: { commonName: subject.commonName, fixed: subject.fixed, commonNameInSan },
  san: { ...rest.san, ...san },
});

describe("rules that an older version stored", () => {
  test("rules of this version are read as they are", () => {
    expect(readStoredRules(serverRules)).toBe(serverRules);
  });

  test("they are for every kind of identity, keep their rule for common names, and are marked", () => {
    expect(readStoredRules(stored(true))).toMatchObject({
      identityKinds: ["person", "service", "device"],
      selfService: true,
      names: [],
      subject: { commonNameFrom: "san" },
      savedBeforeNames: true,
    });
    expect(readStoredRules(stored(false)).subject).toEqual({
      commonName: "optional",
      commonNameFrom: "san-or-identity",
      fixed: [],
    });
    expect(readStoredRules({ ...stored(true), kind: "issuing-ca" }).identityKinds).toEqual([]);
  });

  test.each<[string, GeneralName[]]>([
    ["a URI below one without a slash", [{ type: "uri", value: "https://e.example/x" }]],
    ["a URI below one with a slash", [{ type: "uri", value: "spiffe://example.com/pay" }]],
    ["any DNS name below *", [{ type: "dns", value: "elsewhere.example.net" }]],
    ["an address of any network", [{ type: "ip", value: "192.0.2.7" }]],
  ])("%s is still allowed", async (_what, sans) => {
    const rules = readStoredRules(
      stored(true, {
        dnsPatterns: ["*"],
        ipRanges: ["0.0.0.0/0", "::/0"],
        uriPrefixes: ["https://e.example", "spiffe://example.com/"],
      }),
    );
    expect((await plan({ rules, subject: [], sans })).findings).toEqual([]);
  });

  test("the hole in a URI rule without a slash is closed", async () => {
    const rules = readStoredRules(stored(true, { uriPrefixes: ["https://e.example"] }));
    const sans: GeneralName[] = [{ type: "uri", value: "https://e.example:x@evil.example/" }];
    expect((await plan({ rules, subject: [], sans })).plan).toBeNull();
  });

  test("a wildcard that is also a subjectAltName is still a common name, with a warning, for everyone", async () => {
    const change = {
      rules: readStoredRules(stored(true)),
      subject: [{ type: "CN", value: "*.example.com" }],
      sans: [{ type: "dns", value: "*.example.com" }] as const,
    };
    for (const isSelfService of [false, true]) {
      const { plan: planned, findings } = await plan({
        ...change,
        identity: identityWith([], { isSelfService }),
      });
      expect(planned).not.toBeNull();
      expect(findings).toMatchObject([
        { code: "certificate.common-name-not-bound", severity: "warning" },
      ]);
    }
  });

  test("staff are warned about a common name that isn't bound; who requests for itself is refused", async () => {
    const change = {
      rules: readStoredRules(stored(false)),
      subject: [{ type: "CN", value: "vault.example.com" }],
    };
    const staff = await plan(change);
    expect(staff.findings).toMatchObject([
      { code: "certificate.common-name-not-bound", severity: "warning" },
    ]);
    expect(staff.plan?.subjectText).toBe("CN=vault.example.com");
    const own = await plan({ ...change, identity: identityWith([], { isSelfService: true }) });
    expect(own.findings).toMatchObject([
      { code: "certificate.common-name-not-bound", severity: "error" },
    ]);
  });
});
