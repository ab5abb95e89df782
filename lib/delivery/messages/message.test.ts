import { describe, expect, test } from "vitest";
import { testMessage, notifiedAlert } from "@/testing/delivery/message";
import { headline, plainText } from "./message";
import { slackBody } from "./slack-message";
import { syslogLine } from "./syslog-message";
import { jsonBody, signWebhook } from "./webhook-message";

const slackText = (...args: Parameters<typeof slackBody>): string =>
  (JSON.parse(slackBody(...args)) as { text: string }).text;

describe("a message says what happened in plain words", () => {
  test("a message names severity, rule, subject, the surprise next to what is usual, how often, and where to look", () => {
    const text = plainText(testMessage());
    for (const part of [
      "Critical: A revoked certificate of payments was used",
      "Seen:      4 requests from 198.51.100.7",
      "Usual:     None since it was revoked.",
      "payments (identity idn_01test)",
      "revoked-used",
      "4 times, first 2026-11-23T02:38:07Z",
      "812 to 819",
      "https://ca.example.com/alerts/alr_01test",
      "dlv_01test",
    ])
      expect(text).toContain(part);
  });
  test("that it rose, that it is over, and that it is only a test", () => {
    expect(headline(testMessage({ reason: "escalated" }))).toBe(
      "Now critical: A revoked certificate of payments was used",
    );
    expect(headline(testMessage({ reason: "resolved" }))).toBe(
      "Resolved (critical): A revoked certificate of payments was used",
    );
    expect(plainText(testMessage({ reason: "test", alert: null }))).toMatch(
      /^Test: .*\n\nThis is a test message .* No alert was raised\./,
    );
  });
  test("with one full stop, whether the summary brings it or not", () => {
    const told = testMessage({
      alert: notifiedAlert({ summary: "A revoked certificate of payments was used." }),
    });
    expect([headline(told), syslogLine(told, 13, 8192).split("\uFEFF")[1]]).toEqual([
      headline(testMessage()),
      syslogLine(testMessage(), 13, 8192).split("\uFEFF")[1],
    ]);
  });
  test("once, where it happened once", () => {
    expect(plainText(testMessage({ alert: notifiedAlert({ count: 1, lastEntry: 812 }) }))).toMatch(
      /once, at 2026-11-23T02:38:07Z\nEntries: +812\n/,
    );
  });
});

const hostile =
  'a\r\nBcc: everybody@example.com\u2028\u202Eevil\u0000"]\\<!channel> @everyone & \uD800';

describe("what comes from a request does not break the form of a message", () => {
  const told = testMessage({
    alert: notifiedAlert({
      summary: hostile,
      surprise: hostile,
      subject: { kind: "certificate", id: hostile, label: hostile },
    }),
  });
  test("no line of a mail but its own", () => {
    expect(headline(told)).not.toMatch(/[\p{Cc}\p{Zl}\p{Cf}]/u);
    expect(
      plainText(told)
        .split("\n")
        .filter((line) => line.startsWith("Bcc")),
    ).toEqual([]);
  });
  test("no markup and no call of a whole channel", () => {
    const text = slackText(told);
    expect(text.match(/<[^>]*>/g)).toEqual([
      "<https://ca.example.com/alerts/alr_01test|Open the alert>",
    ]);
    expect(text).not.toMatch(/@everyone|@channel/);
    expect(text).toContain("&lt;!channel&gt;");
  });
  test("no parameter of the structured data but its own, and one line", () => {
    const line = syslogLine(told, 13, 8192);
    const data = /\[chancery@32473((?: \w+="(?:[^"\\\]]|\\["\\\]])*")+)\] /.exec(line)?.[1] ?? "";
    expect([...data.matchAll(/ (\w+)="/g)].map(([, name]) => name)).toEqual([
      "delivery",
      "alert",
      "rule",
      "severity",
      "state",
      "subjectKind",
      "subject",
      "subjectLabel",
      "count",
      "link",
    ]);
    expect(line).not.toMatch(/[\p{Cc}]/u);
  });
  test("no text without an end", () => {
    const long = testMessage({
      alert: notifiedAlert({ summary: "x".repeat(100_000), surprise: "y".repeat(100_000) }),
    });
    for (const text of [plainText(long), slackText(long)]) expect(text.length).toBeLessThan(4_000);
  });
});

describe("a syslog message", () => {
  test("has the severity of the alert and the facility that was asked for", () => {
    const pri = (over: Parameters<typeof testMessage>[0], facility: number) =>
      /^<(\d+)>1 /.exec(syslogLine(testMessage(over), facility, 2048))?.[1];
    expect(
      ["critical", "high", "medium", "low"].map((severity) =>
        pri({ alert: notifiedAlert({ severity: severity as "low" }) }, 13),
      ),
    ).toEqual(["106", "107", "108", "109"]);
    expect([pri({ reason: "resolved" }, 0), pri({ reason: "test", alert: null }, 23)]).toEqual([
      "6",
      "190",
    ]);
  });
  test("fits its transport and is cut between characters", () => {
    for (let most = 700; most < 720; most++) {
      const line = syslogLine(
        testMessage({ alert: notifiedAlert({ surprise: "ü€𝄞".repeat(200) }) }),
        13,
        most,
      );
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(most);
      expect(line).not.toContain("\uFFFD");
    }
  });
  test("names no host that is none", () => {
    expect(syslogLine(testMessage({ host: "ü" }), 13, 2048)).toContain(
      " - chancery - alert.opened ",
    );
  });
});

test("the JSON of a webhook has a version, a type, the delivery's id and the alert; a test has no alert", () => {
  expect(JSON.parse(jsonBody(testMessage()))).toEqual({
    version: 1,
    type: "alert.opened",
    deliveryId: "dlv_01test",
    sentAt: "2026-11-23T02:38:09Z",
    alert: notifiedAlert(),
  });
  expect(JSON.parse(jsonBody(testMessage({ reason: "test", alert: null })))).toMatchObject({
    type: "test",
    alert: null,
  });
});

test("the signature is HMAC-SHA256 over time and body, as openssl computes it", () => {
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a key of the receiver'
  expect(signWebhook("a key of the receiver", new Date(1_700_000_000_999), '{"a":1}')).toBe(
    `t=1700000000,v1=${expectedHex}`,
  );
});
const expectedHex = "d1e38b8c9074fd1dc083a84082f2981cb9dbd85429843d7244a4470e1fc2a879";
