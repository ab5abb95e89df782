import { expect, test } from "vitest";
import { overlaps, spanOf } from "@/lib/pki/held-names/span";
import { parseHeldText } from "./name-text";
import { makeOverlapIndex } from "./overlap-index";

const texts = [
  "DNS:a.example",
  "DNS:x.a.example",
  "DNS:*.a.example",
  "DNS:y.x.a.example",
  "DNS:*.x.a.example",
  "DNS:xa.example",
  "DNS:*.example",
  "DNS:edge",
  "CN:Edge",
  "CN:X.a.example",
  "CN:casey",
  "CN:Casey",
  "CN:Team One",
  "CN:team one",
  "CN:10.1.2.3",
  "CN:al@a.example",
  "IP:10.1.0.0/16",
  "IP:10.1.2.0/24",
  "IP:10.1.2.3",
  "IP:10.1.0.0",
  "IP:10.1.255.255",
  "IP:10.2.0.0",
  "IP:2001:db8::/32",
  "IP:2001:db8::1",
  "IP:2001:db9::",
  "URI:spiffe://a.example",
  "URI:spiffe://a.example/*",
  "URI:spiffe://a.example/b",
  "URI:spiffe://a.example/b/*",
  "URI:spiffe://a.example/b/c/d",
  "URI:spiffe://a.example/bc",
  "URI:https://a.example/b?x=/c",
  "URI:https://a.example/*",
  "URI:https://a.example:8443/b",
  "URI:urn:a:b",
  "email:al@a.example",
  "email:Al+tag@a.example",
  "email:ala@a.example",
];
const spanOfText = (text: string) => spanOf(parseHeldText(text)!);

test("two names are found together, in either order, if and only if their spans overlap", () => {
  for (const held of texts)
    for (const given of texts) {
      const index = makeOverlapIndex();
      index.add({ identity: "one", text: held });
      const found = index.overlapping({ identity: "two", text: given });
      const expected = overlaps(spanOfText(held), spanOfText(given));
      expect([held, given, found.length > 0]).toEqual([held, given, expected]);
    }
});

test("among many names, each that overlaps is found once, and none that was removed", () => {
  const index = makeOverlapIndex();
  for (const [n, text] of texts.entries()) index.add({ identity: `idn_${n}`, text });
  const foundWith = (text: string): string[] =>
    index
      .overlapping({ identity: "other", text })
      .map((one) => one.text)
      .toSorted();
  for (const given of texts) {
    const expected = texts.filter((held) => overlaps(spanOfText(held), spanOfText(given)));
    expect(foundWith(given)).toEqual(expected.toSorted());
  }
  for (const [n, text] of texts.entries()) index.remove({ identity: `idn_${n}`, text });
  for (const given of texts) expect(foundWith(given)).toEqual([]);
});

test("an identity doesn't overlap itself", () => {
  const index = makeOverlapIndex();
  index.add({ identity: "one", text: "DNS:*.a.example" });
  expect(index.overlapping({ identity: "one", text: "DNS:x.a.example" })).toEqual([]);
});

test.each([
  "IP:none/8",
  "IP:",
  "email:",
  "email:@",
  "DNS:",
  "URI:/*",
  "CN:",
  "",
  "x",
  "dns:A",
  "CN:é",
])("an entry may say %j: it is found only as it is written", (text) => {
  const index = makeOverlapIndex();
  for (const held of [...texts, text]) index.add({ identity: "one", text: held });
  const found = index.overlapping({ identity: "two", text });
  expect(found).toEqual([{ identity: "one", text }]);
  index.remove({ identity: "one", text });
  expect(index.overlapping({ identity: "two", text })).toEqual([]);
});
