import { expect, test } from "vitest";
import { adviceFor } from "./delivery-advice";

test.each([
  ["siem.example could not be resolved to an address.", /hostname/],
  ["Can't connect to siem.example:6514 (connection refused).", /port/],
  ["No response within 10 s.", /firewall/],
  ["Can't connect to hooks.example:443 (its certificate has expired).", /certificate/],
  ["hooks.example: the CA of its certificate is not trusted.", /private CA/],
  ["401 Unauthorized: bad signature", /credentials/],
  ["404 Not Found", /URL/],
  ["410 Gone", /URL/],
  ["429 Too Many Requests", /limits/],
  ["503 Service Unavailable: closed for the night", /logs/],
  ["The settings of this destination can't be read. Save them again.", /secret/],
  ["the receiver said something else", /send a test/],
])("a failed delivery with the answer “%s” has its own advice", (answer, text) => {
  expect(adviceFor(answer)).toMatch(text);
});

test("a number in the text of an answer is not taken for its status", () => {
  expect(adviceFor("550 mailbox unavailable after 404 tries")).toMatch(/logs/);
  expect(adviceFor("refused: queue 503 is full")).toMatch(/send a test/);
});
