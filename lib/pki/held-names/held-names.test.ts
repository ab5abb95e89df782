import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { commonNameReadsAs, looksLikeAnotherType } from "./common-name";
import { covers } from "./covers";
import {
  canonicalName,
  parseHeldName,
  readNameText,
  type HeldName,
  type NameType,
} from "./held-name";
import { overlaps, spanOf } from "./span";

const typeOf = (text: string): readonly [NameType, string] => {
  const [, type = "", value = ""] = /^(DNS|IP|URI|email|CN):(.*)$/s.exec(text) ?? [];
  return [type.toLowerCase() as NameType, value];
};
const held = (text: string): HeldName => parseHeldName(...typeOf(text));

/** "covered", "not held", or the code that refuses the name itself. */
function outcome(holding: string, name: string): string {
  try {
    return covers(held(holding), canonicalName(...typeOf(name))) ? "covered" : "not held";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

const label64 = "a".repeat(64);
const longName = `${"a.".repeat(126)}a.e.example`;

describe("what a holding allows in a certificate", () => {
  test.each([
    ["DNS:pay.e.example", "DNS:pay.e.example", "covered"],
    ["DNS:pay.e.example", "DNS:PAY.E.Example", "covered"],
    ["DNS:pay.e.example", "DNS:pay.e.example.", "name.invalid"],
    ["DNS:pay.e.example", "DNS:x.pay.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:x.a.e.example", "covered"],
    ["DNS:*.a.e.example", "DNS:*.a.e.example", "covered"],
    ["DNS:*.a.e.example", "DNS:a.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:y.x.a.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:*.x.a.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:xa.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:x.a-b.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:x.aa.e.example", "not held"],
    ["DNS:x.a.e.example", "DNS:*.a.e.example", "not held"],
    ["DNS:*.a.e.example", "DNS:w*.a.e.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:a.*.e.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:*.*.e.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:*", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:*.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:münchen.a.e.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:XN--MNCHEN-3YA.a.e.example", "covered"],
    ["DNS:*.a.e.example", "DNS:xn--zz.a.e.example", "name.not-canonical"],
    ["DNS:*.e.example", "DNS:xn--pay-.e.example", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:ab--cd.a.e.example", "name.not-canonical"],
    ["DNS:*.a.e.example", "DNS:127.1", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:10.0.0.1", "name.invalid"],
    ["DNS:*.a.e.example", "DNS:a.0x1", "name.not-canonical"],
    ["DNS:pay.e.example", "DNS:pay.e.example\0.evil.example", "name.invalid"],
    ["DNS:pay.e.example", "DNS:pay.e.example,DNS:vault.e.example", "name.invalid"],
    ["DNS:pay.e.example", "DNS:pay.e.example vault.e.example", "name.invalid"],
    ["DNS:*.a.e.example", `DNS:${label64}.a.e.example`, "name.invalid"],
    ["DNS:*.a.e.example", `DNS:${longName}`, "name.invalid"],
    ["DNS:*.a.e.example", "DNS:pay_1.a.e.example", "name.invalid"],
    ["IP:10.1.0.0/16", "IP:10.1.2.3", "covered"],
    ["IP:10.1.0.0/16", "IP:10.2.0.1", "not held"],
    ["IP:10.1.0.0/16", "IP:::ffff:10.1.2.3", "name.not-canonical"],
    ["IP:10.1.0.0/16", "IP:::10.1.2.3", "name.not-canonical"],
    ["IP:::1", "IP:::1", "covered"],
    ["IP:10.1.0.0/16", "DNS:10.1.2.3", "name.invalid"],
    ["IP:2001:db8::/32", "IP:2001:0DB8:0::1", "covered"],
    ["IP:fe80::1", "IP:fe80::1%eth0", "name.invalid"],
    ["IP:10.1.2.3", "IP:010.1.2.3", "name.invalid"],
    ["IP:2001:db8::/32", "IP:32.1.13.184", "not held"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay/x", "covered"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay/x/y", "covered"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay", "not held"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay/", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/payments", "not held"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay0", "not held"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay/../admin", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay/./x", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay//x", "name.not-canonical"],
    [
      "URI:spiffe://e.example/pay/*",
      "URI:spiffe://e.example/pay/%2e%2e/admin",
      "name.not-canonical",
    ],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/pay%2Fx", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:SPIFFE://E.example/pay/x", "covered"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example/PAY/x", "not held"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example:8443/pay/x", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://u@e.example/pay/x", "name.not-canonical"],
    ["URI:spiffe://e.example/pay/*", "URI:spiffe://e.example.evil.example/pay/x", "not held"],
    [
      "URI:https://e.example/app/*",
      "URI:https://e.example:x@evil.example/app/y",
      "name.not-canonical",
    ],
    ["URI:https://e.example/app/*", "URI:https://e.example/app/y?q=1", "not held"],
    ["URI:https://e.example/app/y?q=1", "URI:https://e.example/app/y?q=1", "covered"],
    ["URI:https://e.example/app/*", "URI:https://e.example/app/y#f", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:https://e.example/app/%61", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:https://e.example/app/%C3%A9", "covered"],
    ["URI:https://e.example/app/*", "URI:https://e.example/app/%c3%a9", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:https://e.example:0443/app/y", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:https://[::1]/app", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:pay.internal:8443", "name.not-canonical"],
    ["URI:https://e.example/app/*", "URI:mailto:a@e.example", "name.not-canonical"],
    ["URI:urn:uuid:1234", "URI:urn:uuid:1234", "covered"],
    ["URI:urn:uuid:1234", "URI:urn:uuid:12345", "not held"],
    ["email:al@e.example", "email:Al@E.example", "covered"],
    ["email:al@e.example", "email:al+x@e.example", "not held"],
    ["email:al@e.example", 'email:"al"@e.example', "name.invalid"],
    ["email:al@e.example", "email:al@[10.0.0.1]", "name.invalid"],
    ["email:al@e.example", "email:al@e.example@evil", "name.invalid"],
    ["email:al@e.example", "email:al@e.\0x", "name.invalid"],
    ["CN:payments", "CN:payments", "covered"],
    ["CN:payments", "CN:Payments", "covered"],
    ["CN:payments", "CN:ｐayments", "not held"],
    ["CN:payments", "CN:payments,OU=x", "name.not-canonical"],
    ["CN:pay ments", "CN:pay  ments", "name.not-canonical"],
    ["CN:payments", "CN:pay\u200bments", "name.not-canonical"],
    ["CN:payments", "CN:pay\u202ements", "name.not-canonical"],
    ["CN:payments", "DNS:payments", "not held"],
  ])("%s, asked for %s: %s", (holding, name, expected) => {
    expect(outcome(holding, name)).toBe(expected);
  });
});

describe("what an identity can hold", () => {
  const codeOf = (text: string): string => {
    try {
      const { form, value } = held(text);
      return `${form} ${value}`;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return error.code;
    }
  };
  test.each([
    ["DNS:*.A.example", "wildcard *.a.example"],
    ["IP:10.1.0.0/16", "network 10.1.0.0/16"],
    ["IP:10.1.0.1/16", "name.invalid"],
    ["IP:0.0.0.0/0", "name.pattern-not-allowed"],
    ["IP:10.0.0.0/7", "name.pattern-not-allowed"],
    ["IP:2000::/15", "name.pattern-not-allowed"],
    ["IP:10.1.2.3/32", "exact 10.1.2.3"],
    ["URI:spiffe://E/pay/*", "prefix spiffe://e/pay/"],
    ["URI:spiffe://e/*", "prefix spiffe://e/"],
    ["URI:https://e/a?q/*", "name.not-canonical"],
    ["URI:https://e/*/x", "name.not-canonical"],
  ])("%s: %s", (text, expected) => {
    expect(codeOf(text)).toBe(expected);
  });
});

describe("two identities can't hold names that overlap", () => {
  test.each([
    ["DNS:*.a.e.example", "DNS:x.a.e.example", true],
    ["DNS:*.a.e.example", "DNS:*.a.e.example", true],
    ["DNS:*.a.e.example", "DNS:a.e.example", false],
    ["DNS:*.a.e.example", "DNS:y.x.a.e.example", false],
    ["DNS:*.a.e.example", "DNS:*.x.a.e.example", false],
    ["DNS:*.a.e.example", "DNS:x.a-b.e.example", false],
    ["IP:10.1.0.0/16", "IP:10.1.2.3", true],
    ["IP:10.1.0.0/16", "IP:10.0.0.0/14", true],
    ["IP:10.1.0.0/16", "IP:10.2.0.0/16", false],
    ["IP:2001:db8::/32", "IP:32.1.13.184", false],
    ["URI:spiffe://e/pay/*", "URI:spiffe://e/pay/x", true],
    ["URI:spiffe://e/pay/*", "URI:spiffe://e/pay/x/*", true],
    ["URI:spiffe://e/pay/*", "URI:spiffe://e/pay", false],
    ["URI:spiffe://e/pay/*", "URI:spiffe://e/pay0", false],
    ["email:al@e.example", "email:AL@e.example", true],
    ["email:al@e.example", "email:al+x@e.example", true],
    ["email:al@e.example", "email:alx@e.example", false],
    ["CN:edge", "DNS:edge", true],
    ["CN:Edge", "CN:ｅdge", true],
    ["CN:edge", "CN:edge two", false],
    ["CN:10.0.0.1", "IP:10.0.0.1", true],
    ["CN:vault.e.example", "DNS:*.e.example", true],
    ["CN:al@e.example", "email:al+x@e.example", true],
  ])("%s and %s: %s", (one, other, expected) => {
    expect(overlaps(spanOf(held(one)), spanOf(held(other)))).toBe(expected);
    expect(overlaps(spanOf(held(other)), spanOf(held(one)))).toBe(expected);
  });

  test("whatever a holding covers overlaps it, so no other identity can hold it", () => {
    const all = `DNS:*.a.e.example DNS:x.a.e.example DNS:a.e.example DNS:y.x.a.e.example
      IP:10.1.0.0/16 IP:10.1.2.3 URI:spiffe://e/p/* URI:spiffe://e/p/x email:al@e.example CN:edge
      CN:payments URI:urn:a1:b`
      .split(/\s+/)
      .map(held);
    const pairs = all.flatMap((one) => all.map((other) => [one, other] as const));
    const covered = pairs.filter(
      ([one, other]) => !/prefix|network/.test(other.form) && covers(one, other),
    );
    expect(covered.length).toBeGreaterThan(all.length - 2);
    expect(covered.filter(([one, other]) => !overlaps(spanOf(one), spanOf(other)))).toEqual([]);
  });
});

test("a canonical name is its own canonical form", () => {
  for (const text of [
    "DNS:*.A.example",
    "URI:SPIFFE://E/x",
    "email:Al@E.example",
    "IP:2001:0db8::0001",
  ]) {
    const once = canonicalName(...typeOf(text));
    expect(canonicalName(once.type, once.value)).toEqual(once);
  }
});

test.each([
  ["edge", { type: "dns", value: "edge" }, false],
  ["payments team", null, false],
  ["vault.e.example", { type: "dns", value: "vault.e.example" }, true],
  ["10.0.0.1", { type: "ip", value: "10.0.0.1" }, true],
  ["al@e.example", { type: "email", value: "al@e.example" }, true],
  ["spiffe://e/x", { type: "uri", value: "spiffe://e/x" }, true],
])("a verifier reads the common name %s as %o", (text, read, looksOther) => {
  expect(commonNameReadsAs(text)).toEqual(read);
  expect(looksLikeAnotherType(text)).toBe(looksOther);
});

test.each([
  ["10.1.2.3", "ip"],
  ["10.0.0.0/8", "ip"],
  ["spiffe://e/pay/*", "uri"],
  ["al@e.example", "email"],
  ["*.a.example", "dns"],
  ["Payments Team", "cn"],
  ["cn:payments", "cn"],
  ["dns:x.example", "dns"],
])("the text %s is read as a name of type %s", (text, type) => {
  expect(readNameText(text).type).toBe(type);
});

describe("a name that is refused comes with the form to use", () => {
  test.each<[NameType, string, string]>([
    ["dns", "pay.example.com.", "pay.example.com"],
    ["dns", "PAY.Example.com.", "pay.example.com"],
    ["ip", "10.01.2.3", "10.1.2.3"],
    ["ip", "010.000.2.003", "10.0.2.3"],
    ["ip", "::ffff:10.0.0.1", "10.0.0.1"],
    ["uri", "spiffe://example.com/a/../b", "spiffe://example.com/b"],
    ["uri", "spiffe://example.com/a/./b", "spiffe://example.com/a/b"],
    ["uri", "spiffe://example.com/../../b", "spiffe://example.com/b"],
    ["uri", "spiffe://example.com/a//b", "spiffe://example.com/a/b"],
    ["uri", "spiffe://example.com/a/", "spiffe://example.com/a"],
    ["uri", "https://example.com/a/../b?x=1", "https://example.com/b?x=1"],
    ["uri", "https://example.com/", "https://example.com"],
  ])("%s %s: %s", (type, text, form) => {
    expect(() => canonicalName(type, text)).toThrow(
      new RegExp(
        `(Use|[Ww]rite it as the IPv4 address|write) ${form.replaceAll(/[.?/]/g, "\\$&")}[.,]`,
      ),
    );
    expect(canonicalName(type, form).value).toBe(form);
  });

  test.each([
    ["10.01.2.3", "10.1.2.3"],
    ["10.1.2", "192.0.2.1"],
    ["2001:db8::1::2", "2001:db8::1"],
    ["spiffe://example.com/a/../b", "spiffe://example.com/b"],
    ["spiffe://example.com:x/a", "port"],
    ["al..x@example.com", "name@example.com"],
    ["10.1.2.3/8", "bits after the prefix"],
    ["pay.example.com.", "dot at the end"],
  ])("in a search too, instead of finding nothing: %s", (text, form) => {
    expect(() => readNameText(text)).toThrow(form);
  });
});
