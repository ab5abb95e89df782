import { expect, test } from "vitest";
import { adviceFor } from "./delivery-advice";

test.each([
  ["siem.example could not be resolved to an address.", /hostname/],
  [
    "127.0.0.1 is loopback, which deliveries do not reach. If it is meant, name it in CHANCERY_OUTBOUND_ALLOW.",
    /Otherwise edit/,
  ],
  ["Can't connect to siem.example:6514 (connection refused).", /port/],
  ["Can't connect to siem.example:6514 (no route to host).", /firewall/],
  ["No response within 10 s.", /firewall/],
  ["The connection was closed without a response (connection reset).", /firewall/],
  ["The TLS connection to hooks.example:443 failed (its certificate has expired).", /certificate/],
  ["The TLS connection to a.example:443 failed (its certificate is self-signed).", /private CA/],
  [
    "The receiver responded 302 Found. Redirects are not followed. Enter the final URL instead.",
    /Edit/,
  ],
  ["The receiver responded 400 Bad Request: no text.", /rejects the message/],
  ["The receiver responded 401 Unauthorized: bad signature.", /credentials/],
  ["The receiver responded 403 Forbidden.", /credentials/],
  ["The receiver responded 404 Not Found.", /URL/],
  ["The receiver responded 410 Gone: no_service.", /URL/],
  ["The receiver responded 429 Too Many Requests.", /limits/],
  ["The receiver responded 503 Service Unavailable: closed for the night.", /logs/],
  ["The mail server responded: 535 5.7.8 Error: authentication failed.", /credentials/],
  ["The settings of this destination can't be read. Save them again.", /secret/],
  ["The secret is encrypted with another key.", /secret/],
])("a failed delivery with the answer “%s” has its own advice", (answer, text) => {
  expect(adviceFor(answer)).toMatch(text);
});

test.each([
  "",
  "The receiver said something else.",
  "The mail server responded: 550 5.1.1 no such user, 535 tries.",
  "404 Not Found, said a text that is no response",
])("the answer “%s” leads to the settings and a test", (answer) => {
  expect(adviceFor(answer)).toBe("Check the settings, then send a test.");
});

test("what a receiver writes into its response is not taken for what went wrong", () => {
  const answer = "The receiver responded 500 Internal Server Error: connection refused by TLS 401.";
  expect(adviceFor(answer)).toMatch(/internal error/);
});
