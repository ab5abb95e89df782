import { describe, expect, test } from "vitest";
import { fitsTemplate, renderTemplate } from "./name-templates";
import type { NameTemplate } from "./types";

const identity = { name: "payments", id: "idn_01kb", kind: "service" };
const uri = (value: string): NameTemplate => ({ type: "uri", value });

describe("a name template", () => {
  test.each<[NameTemplate, string]>([
    [uri("spiffe://e.example/{identity.name}"), "spiffe://e.example/payments"],
    [
      uri("spiffe://e.example/{identity.kind}/{identity.id}"),
      "spiffe://e.example/service/idn_01kb",
    ],
    [{ type: "dns", value: "{identity.name}.svc.e.example" }, "payments.svc.e.example"],
    [{ type: "email", value: "{identity.name}@e.example" }, "payments@e.example"],
  ])("%o makes %s", (template, value) => {
    expect(renderTemplate(template, identity)).toEqual({ type: template.type, value });
  });

  test.each([
    "../admin",
    "..",
    ".",
    "a/b",
    "a%2fb",
    "%2e%2e",
    "Pay",
    "a b",
    "",
    "a\0b",
    "pаyments",
    "ｐayments",
    "-a",
    "a.",
    "{identity.id}",
    "a?b",
    "a#b",
    "a@b",
    "a:b",
    "a".repeat(64),
  ])("the name %j gives no name: it is neither escaped nor normalized", (name) => {
    expect(() =>
      renderTemplate(uri("spiffe://e.example/{identity.name}"), { ...identity, name }),
    ).toThrow(expect.objectContaining({ code: "profile.template-does-not-fit" }));
  });

  test("a label takes no dot, so that an identity can't choose a name under another parent", () => {
    const template: NameTemplate = { type: "dns", value: "{identity.name}.e.example" };
    expect(() => renderTemplate(template, { ...identity, name: "a.b" })).toThrow(
      expect.objectContaining({ code: "profile.template-does-not-fit" }),
    );
    expect(
      renderTemplate(uri("spiffe://e.example/{identity.name}"), { ...identity, name: "a.b" }).value,
    ).toBe("spiffe://e.example/a.b");
  });

  test("a name fits a template whose variable is one segment of it, and nothing longer or shorter", () => {
    const template = uri("spiffe://e.example/{identity.kind}/{identity.name}");
    const fits = (value: string) => fitsTemplate(template, { type: "uri", value });
    expect(fits("spiffe://e.example/service/payments")).toBe(true);
    for (const value of [
      "spiffe://e.example/service",
      "spiffe://e.example/service/payments/x",
      "spiffe://e.example/service/Pay",
      "spiffe://e.example/service/..",
      "spiffe://f.example/service/payments",
      "https://e.example/service/payments",
    ])
      expect(fits(value)).toBe(false);
    expect(fitsTemplate(template, { type: "dns", value: "payments" })).toBe(false);
  });

  test.each<NameTemplate>([
    uri("spiffe://{identity.name}/x"),
    uri("spiffe://{identity.name}.e.example/x"),
    uri("{identity.name}://e.example/x"),
    uri("{identity.name}"),
    uri("urn:uuid:{identity.id}"),
    uri("spiffe://e.example/pay-{identity.name}"),
    uri("spiffe://e.example/{identity.name}{identity.id}"),
    uri("spiffe://e.example/{identity.owner}"),
    uri("spiffe://e.example/{ identity.name }"),
    uri("spiffe://e.example/{identity.name"),
    uri("spiffe://e.example//{identity.name}"),
    uri("spiffe://E.example/{identity.name}"),
    uri("https://e.example/{identity.name}#x"),
    uri("https://{identity.name}@e.example/x"),
    { type: "email", value: "a@{identity.name}" },
    { type: "email", value: "a@{identity.name}.example" },
    { type: "dns", value: "a-{identity.name}.e.example" },
  ])("%o is no template", (template) => {
    expect(() => renderTemplate(template, identity)).toThrow(
      expect.objectContaining({ code: "profile.template-does-not-fit" }),
    );
  });
});
