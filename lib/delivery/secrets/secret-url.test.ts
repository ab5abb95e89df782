import { expect, test } from "vitest";
import { isMaskedUrl, maskUrl, withoutUrl } from "./secret-url";

test.each([
  ["https://hooks.example.com/services/T000/B000/XXXX", "https://hooks.example.com/…"],
  ["https://hooks.example.com:8443/a?token=abc#x", "https://hooks.example.com:8443/…"],
  ["https://hooks.example.com/?token=abc", "https://hooks.example.com/…"],
  ["http://127.0.0.1:8080/#token", "http://127.0.0.1:8080/…"],
  ["https://hooks.example.com/", "https://hooks.example.com/"],
  ["https://hooks.example.com", "https://hooks.example.com/"],
  ["https://ho\u200boks.example.com", "https://hooks.example.com/"],
])("of %s only %s is shown", (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
  expect(maskUrl(maskUrl(url))).toBe(shown);
  expect(isMaskedUrl(maskUrl(url))).toBe(shown.endsWith("…"));
});

test.each([
  "https://h.example/a",
  "https://h.example/…/x",
  "https://h.example/…?a",
  "https://h.example/",
  "rubbish",
])("%s is not a masked URL", (url) => {
  expect(isMaskedUrl(url)).toBe(false);
});

const address =
  "https://discord.example.com/api/webhooks/123456789/dG9r%5FZW4tc2VjcmV0?thread=987654&wait=true";
test.each([
  "Cannot POST /api/webhooks/123456789/dG9r%5FZW4tc2VjcmV0?thread=987654&wait=true",
  "<pre>Cannot POST /api/webhooks/123456789/dG9r%5FZW4tc2VjcmV0</pre>",
  "no such webhook: dG9r%5FZW4tc2VjcmV0",
  "no such webhook: dG9r_ZW4tc2VjcmV0",
  String.raw`{"path":"\/api\/webhooks\/123456789\/dG9r_ZW4tc2VjcmV0"}`,
  "thread 987654 of 123456789 is closed",
])(
  "a receiver's words %j come back without any part of the path or query that could be its secret",
  (text) => {
    const rest = withoutUrl(text, address);
    for (const part of ["123456789", "dG9r", "ZW4tc2VjcmV0", "987654"])
      expect(rest).not.toContain(part);
    expect(rest).toContain("…");
  },
);
test("a receiver's words without the URL are unchanged", () => {
  for (const text of ["", "ok", "api is down", "invalid_payload"]) {
    expect(withoutUrl(text, address)).toBe(text);
    expect(withoutUrl(text, "https://h.example/")).toBe(text);
  }
});
