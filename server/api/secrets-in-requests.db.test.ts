import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Call, makeCall } from "@/testing/api/client";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness, call: Call, token: string;
beforeAll(async () => {
  harness = await openHarness();
  call = makeCall(harness.deps);
  token = await harness.tokenFor("admin");
});
afterAll(() => harness.close());

const percent = (text: string): string =>
  text.replaceAll(/./g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const spellings: readonly (readonly [string, (token: string) => string])[] = [
  ["as it is", (text) => text],
  ["with chy%5F", (text) => text.replace("_", "%5F")],
  ["with chy%255f", (text) => text.replace("_", "%255f")],
  ["escaped as a whole", percent],
];

describe.each(spellings)(
  "a valid token that a client puts in the wrong place, %s,",
  (_name, spell) => {
    test.each<
      readonly [string, (word: string) => readonly [string, Readonly<Record<string, string>>]]
    >([
      ["in a path", (word) => [`/certificates/${word}`, {}]],
      ["in a path that doesn't exist", (word) => [`/${word}/x`, {}]],
      ["in the name of a parameter", (word) => [`/certificates?${word}=1`, {}]],
      ["in a query", (word) => [`/certificates?q=${word}`, {}]],
      ["as its user agent", (word) => ["/certificates", { "user-agent": `svc ${word}` }]],
      ["as its correlation id", (word) => ["/certificates", { "x-correlation-id": word }]],
      ["as the page it comes from", (word) => ["/certificates", { referer: `https://x/${word}` }]],
      ["as an idempotency key", (word) => ["/certificates", { "idempotency-key": word }]],
    ])("%s, is in no entry, allowed or refused", async (_place, put) => {
      const [path, headers] = put(spell(token));
      const { entries } = await harness.during(async () => {
        await call("GET", path, { token, headers });
        await call("GET", path, { headers });
        await call("POST", path, { token, headers, body: {} });
      });
      expect(entries.length).toBeGreaterThan(2);
      const text = JSON.stringify(entries);
      for (const part of [token.slice(4, 24), token.slice(20), percent(token.slice(4, 12))])
        expect(text).not.toContain(part);
    });
  },
);

test("a token in a name, a comment or a search is in no entry either", async () => {
  const { entries } = await harness.during(async () => {
    await call("POST", "/identities", {
      token,
      body: { kind: "service", name: `svc ${token}`, owner: "team" },
    });
    await call("POST", "/tokens", { token, body: { name: token, role: "auditor" } });
    await call("GET", `/audit/events?q=${token}`, { token });
  });
  expect(entries.length).toBeGreaterThan(2);
  expect(JSON.stringify(entries)).not.toContain(token.slice(10, 30));
});
