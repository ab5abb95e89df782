import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { DestinationConfig } from "./schema";
import { send, type Ways } from "./send";
import {
  closeReceivers,
  closedPort,
  findsRsyslogd,
  httpReceiver,
  mailReceiver,
  makeCertificate,
  silentReceiver,
  startRsyslog,
  tlsSyslogReceiver,
} from "./testdata/receivers";
import { testMessage, toldAlert } from "./testdata/message";

const open: Ways = { allow: ["127.0.0.1/32"], trust: "" },
  shut: Ways = { allow: [], trust: "" };
const certificate = makeCertificate();
const webhook = (port: number, path = "/hook?team=a"): DestinationConfig => ({
  kind: "webhook",
  url: `http://127.0.0.1:${port}${path}`,
  ca: "",
});
const mail = (
  port: number,
  over: Partial<Extract<DestinationConfig, { kind: "email" }>> = {},
): DestinationConfig => ({
  kind: "email",
  host: "127.0.0.1",
  port,
  security: "starttls",
  user: "alerts",
  from: "chancery@example.com",
  to: ["on-call@example.com", "security@example.com"],
  ca: certificate.cert,
  ...over,
});
const syslog = (port: number, transport: "tls" | "tcp" | "udp", ca = ""): DestinationConfig => ({
  kind: "syslog",
  host: "127.0.0.1",
  port,
  transport,
  facility: 13,
  ca,
});

afterEach(closeReceivers);

describe("a webhook", () => {
  test("gets the alert as JSON under a signature that its key confirms, with the delivery's id", async () => {
    const receiver = await httpReceiver();
    expect(
      await send(
        { config: webhook(receiver.port), secret: "a key of the receiver" },
        testMessage(),
        open,
      ),
    ).toMatchObject({ ok: true, answer: "200 OK" });
    const [posted] = receiver.got,
      [, seconds = "", given = ""] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(posted?.headers["x-chancery-signature"])) ?? [];
    const own = createHmac("sha256", "a key of the receiver")
      .update(`${seconds}.${posted?.body ?? ""}`)
      .digest();
    expect(timingSafeEqual(own, Buffer.from(given, "hex"))).toBe(true);
    expect(posted).toMatchObject({
      method: "POST",
      path: "/hook?team=a",
      headers: {
        "content-type": "application/json",
        "x-chancery-delivery": "dlv_01test",
        "x-chancery-event": "alert.opened",
        host: `127.0.0.1:${receiver.port}`,
      },
    });
    expect(JSON.parse(posted?.body ?? "")).toMatchObject({
      version: 1,
      alert: { severity: "critical", surprise: toldAlert().surprise },
    });
  });
  test.each([400, 401, 404, 410, 429, 500, 503])(
    "that answers %i has not taken it, and its words are kept",
    async (status) => {
      const receiver = await httpReceiver((_, response) => {
        response.writeHead(status).end("not\r\nfor me\u0000");
      });
      const outcome = await send(
        { config: webhook(receiver.port), secret: "k" },
        testMessage(),
        open,
      );
      expect(outcome).toMatchObject({ ok: false });
      expect(outcome.answer).toMatch(new RegExp(`^It answered ${status} .*: not for me\\.$`));
    },
  );
  test.each([301, 302, 303, 307, 308])(
    "that leads elsewhere (%i) is not followed",
    async (status) => {
      const target = await httpReceiver(),
        receiver = await httpReceiver((_, response) => {
          response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end();
        });
      const outcome = await send(
        { config: webhook(receiver.port), secret: "k" },
        testMessage(),
        open,
      );
      expect(outcome.answer).toMatch(/redirects are not followed/);
      expect(target.got).toEqual([]);
    },
  );
  test("that never answers, or never ends its answer, is given up in time", async () => {
    const silent = await silentReceiver();
    expect(
      await send({ config: webhook(silent.port), secret: "k" }, testMessage(), {
        ...open,
        longestMs: 200,
      }),
    ).toMatchObject({ ok: false, answer: "No answer within 0.2 s." });
    const dripping = await httpReceiver((_, response) => {
      response.writeHead(500);
      response.write("x");
    });
    expect(
      await send({ config: webhook(dripping.port), secret: "k" }, testMessage(), {
        ...open,
        longestMs: 200,
      }),
    ).toMatchObject({ ok: false });
  });
  test("whose answer has no end is read no further than needed", async () => {
    let written = 0;
    const receiver = await httpReceiver((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(16_384))) written += 16_384;
      };
      response.on("drain", more).on("close", () => response.off("drain", more));
      more();
    });
    expect(
      await send({ config: webhook(receiver.port), secret: "k" }, testMessage(), open),
    ).toMatchObject({ ok: true, answer: "200 OK" });
    expect(written).toBeLessThan(32 << 20);
  });
  test("that hangs up, or is not there, is said so", async () => {
    const rude = await httpReceiver((_, response) => {
      response.destroy();
    });
    expect(
      (await send({ config: webhook(rude.port), secret: "k" }, testMessage(), open)).answer,
    ).toMatch(/^The connection ended without an answer/);
    expect(
      (await send({ config: webhook(await closedPort()), secret: "k" }, testMessage(), open))
        .answer,
    ).toMatch(/cannot be reached \(connection refused\)/);
  });
  test("over TLS has to show a certificate for its name by somebody who is trusted", async () => {
    const receiver = await tlsSyslogReceiver(certificate),
      url = `https://127.0.0.1:${receiver.port}/`;
    expect(
      (await send({ config: { kind: "webhook", url, ca: "" }, secret: "k" }, testMessage(), open))
        .answer,
    ).toMatch(/its certificate is self-signed/);
    const elsewhere = {
      allow: ["hooks.example.com"],
      trust: certificate.cert,
      resolve: () => Promise.resolve(["127.0.0.1"]),
    };
    expect(
      (
        await send(
          {
            config: { kind: "webhook", url: `https://hooks.example.com:${receiver.port}/`, ca: "" },
            secret: "k",
          },
          testMessage(),
          elsewhere,
        )
      ).answer,
    ).toMatch(/its certificate is for another name/);
  });
});

describe("what is closed is not reached", () => {
  test.each([
    "http://127.0.0.1",
    "http://localhost",
    "http://0x7f000001",
    "http://2130706433",
    "http://127.1",
    "http://[::1]",
    "http://[::ffff:127.0.0.1]",
    "http://0.0.0.0",
  ])("%s, unless it is allowed by name", async (base) => {
    const receiver = await httpReceiver();
    const outcome = await send(
      { config: { kind: "webhook", url: `${base}:${receiver.port}/`, ca: "" }, secret: "k" },
      testMessage(),
      shut,
    );
    expect(outcome.ok).toBe(false);
    expect(outcome.answer).toMatch(
      /which deliveries do not reach. If it is meant, name it in CHANCERY_OUTBOUND_ALLOW/,
    );
    expect(receiver.got).toEqual([]);
  });
  test("nor through a name that leads there, nor one that leads there besides", async () => {
    const receiver = await httpReceiver();
    for (const addresses of [
      ["127.0.0.1"],
      ["192.0.2.1", "127.0.0.1"],
      ["169.254.169.254"],
      ["::ffff:127.0.0.1"],
    ]) {
      const outcome = await send(
        {
          config: { kind: "webhook", url: `http://hooks.example.com:${receiver.port}/`, ca: "" },
          secret: "k",
        },
        testMessage(),
        { ...shut, resolve: () => Promise.resolve(addresses) },
      );
      expect(outcome.answer).toMatch(/^hooks\.example\.com \(/);
    }
    expect(receiver.got).toEqual([]);
  });
  test("a name is asked once: what is connected to is what was checked", async () => {
    const receiver = await httpReceiver();
    let asked = 0;
    const resolve = () => Promise.resolve(asked++ === 0 ? ["127.0.0.1"] : ["192.0.2.1"]);
    const outcome = await send(
      {
        config: { kind: "webhook", url: `http://hooks.example.com:${receiver.port}/`, ca: "" },
        secret: "k",
      },
      testMessage(),
      { allow: ["hooks.example.com"], trust: "", resolve },
    );
    expect([outcome.ok, asked, receiver.got[0]?.headers.host]).toEqual([
      true,
      1,
      `hooks.example.com:${receiver.port}`,
    ]);
  });
  test.each([
    ["mail", mail(25)],
    ["syslog over TCP", syslog(514, "tcp")],
    ["syslog over UDP", syslog(514, "udp")],
    ["syslog over TLS", syslog(6514, "tls")],
  ] as const)("by %s neither", async (_, config) => {
    expect((await send({ config, secret: "" }, testMessage(), shut)).answer).toMatch(
      /^127\.0\.0\.1 is loopback/,
    );
  });
});

describe("a Slack-compatible link", () => {
  test("gets one text, and appears in no answer of ours", async () => {
    const receiver = await httpReceiver((posted, response) => {
      response.writeHead(posted.path.endsWith("/T/B/good") ? 200 : 404).end("no_service");
    });
    const good = {
      config: { kind: "slack", shown: "" },
      secret: `http://127.0.0.1:${receiver.port}/services/T/B/good`,
    } as const;
    expect(await send(good, testMessage(), open)).toMatchObject({ ok: true });
    expect((JSON.parse(receiver.got[0]?.body ?? "") as { text: string }).text).toMatch(
      /^\*Critical: A revoked certificate of payments was used\*\nSeen: /,
    );
    const bad = await send(
      { ...good, secret: good.secret.replace("good", "bad-secret") },
      testMessage(),
      open,
    );
    expect(bad).toMatchObject({ ok: false, answer: "It answered 404 Not Found: no_service." });
    expect(JSON.stringify(bad)).not.toContain("bad-secret");
  });
});

describe("mail", () => {
  const server = (over: Parameters<typeof mailReceiver>[0] = {}) =>
    mailReceiver({
      user: "alerts",
      password: "p",
      key: certificate.key,
      cert: certificate.cert,
      ...over,
    });
  test("goes over STARTTLS after signing in, to everybody, under an id that repeats with the delivery", async () => {
    const receiver = await server();
    const sent = await send({ config: mail(receiver.port), secret: "p" }, testMessage(), open);
    expect(sent, sent.answer).toMatchObject({ ok: true });
    const [got] = receiver.got;
    expect(got).toMatchObject({
      user: "alerts",
      secure: true,
      from: "chancery@example.com",
      to: ["on-call@example.com", "security@example.com"],
    });
    expect(got?.raw).toMatch(
      /^Subject: \[Chancery\] Critical: A revoked certificate of payments was used\r$/m,
    );
    expect(got?.raw).toContain("Message-ID: <dlv_01test@ca.example.com>");
    expect(got?.raw).toContain("Auto-Submitted: auto-generated");
  });
  test("goes over TLS from the first byte, and without a user to a server that wants none", async () => {
    const receiver = await server({ secure: true });
    expect(
      await send(
        { config: mail(receiver.port, { security: "tls" }), secret: "p" },
        testMessage(),
        open,
      ),
    ).toMatchObject({ ok: true });
    const simple = await mailReceiver({ disabledCommands: ["STARTTLS", "AUTH"] });
    expect(
      await send(
        { config: mail(simple.port, { security: "none", user: "" }), secret: "" },
        testMessage(),
        open,
      ),
    ).toMatchObject({ ok: true });
    expect([receiver.got[0]?.secure, simple.got[0]?.secure]).toEqual([true, false]);
  });
  test("is not sent in the clear where STARTTLS was taken away, nor is the password", async () => {
    const receiver = await server({ disabledCommands: ["STARTTLS"] });
    const outcome = await send({ config: mail(receiver.port), secret: "p" }, testMessage(), open);
    expect(outcome.ok, outcome.answer).toBe(false);
    expect(receiver.got).toEqual([]);
  });
  test("is not sent to a server whose certificate is not trusted, or is another's", async () => {
    const receiver = await server();
    expect(
      (await send({ config: mail(receiver.port, { ca: "" }), secret: "p" }, testMessage(), open))
        .answer,
    ).toMatch(/self-signed/);
    const elsewhere = {
      allow: ["smtp.example.com"],
      trust: "",
      resolve: () => Promise.resolve(["127.0.0.1"]),
    };
    expect(
      (
        await send(
          { config: mail(receiver.port, { host: "smtp.example.com" }), secret: "p" },
          testMessage(),
          elsewhere,
        )
      ).answer,
    ).toMatch(/for another name/);
    expect(receiver.got).toEqual([]);
  });
  test("with a wrong password, a sender or all recipients refused, is not taken, with the server's words and never the password", async () => {
    const receiver = await server();
    const wrong = await send(
      { config: mail(receiver.port), secret: "wrong-password" },
      testMessage(),
      open,
    );
    expect(wrong).toMatchObject({ ok: false });
    expect(wrong.answer).toMatch(/535 5\.7\.8/);
    expect(wrong.answer).not.toContain("wrong-password");
    const strict = await server({
      onRcptTo: (_address, _session, done) => {
        done(Object.assign(new Error("5.1.1 Unknown"), { responseCode: 550 }));
      },
    });
    expect(
      (await send({ config: mail(strict.port), secret: "p" }, testMessage(), open)).answer,
    ).toMatch(/550 5\.1\.1 Unknown/);
  });
  test("that some recipients are refused is said beside the success", async () => {
    const receiver = await server({
      onRcptTo: ({ address }, _session, done) => {
        done(
          address.startsWith("security")
            ? Object.assign(new Error("no"), { responseCode: 550 })
            : null,
        );
      },
    });
    const outcome = await send({ config: mail(receiver.port), secret: "p" }, testMessage(), open);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.answer).toMatch(/refused for security@example\.com/);
  });
  test("to a server that is silent, or gone, is given up in time", async () => {
    const silent = await silentReceiver();
    expect(
      await send({ config: mail(silent.port), secret: "p" }, testMessage(), {
        ...open,
        longestMs: 200,
      }),
    ).toMatchObject({ ok: false, answer: "No answer within 0.2 s." });
    expect(
      (await send({ config: mail(await closedPort()), secret: "p" }, testMessage(), open)).answer,
    ).toMatch(/connection refused/);
  });
});

describe("syslog", () => {
  test("over TLS arrives whole, by its length", async () => {
    const receiver = await tlsSyslogReceiver(certificate);
    expect(
      await send(
        { config: syslog(receiver.port, "tls", certificate.cert), secret: "" },
        testMessage(),
        open,
      ),
    ).toMatchObject({ ok: true, answer: "Taken over TLS." });
    expect(receiver.got).toEqual([
      expect.stringMatching(
        /^<106>1 2026-11-23T02:38:09Z ca\.example\.com chancery - alert\.opened \[chancery@32473 delivery="dlv_01test" .*\] \uFEFFCritical: A revoked certificate of payments was used\. Seen: 4 requests/,
      ),
    ]);
  });
  test("over TLS to somebody who is not trusted, over TCP to nobody, and over UDP to a closed port is not sent", async () => {
    const receiver = await tlsSyslogReceiver(certificate);
    expect(
      (await send({ config: syslog(receiver.port, "tls"), secret: "" }, testMessage(), open))
        .answer,
    ).toMatch(/self-signed/);
    expect(receiver.got).toEqual([]);
    const port = await closedPort();
    expect(
      (await send({ config: syslog(port, "tcp"), secret: "" }, testMessage(), open)).answer,
    ).toMatch(/connection refused/);
    expect(
      (await send({ config: syslog(port, "udp"), secret: "" }, testMessage(), open)).answer,
    ).toMatch(/did not take the datagram \(connection refused\)/);
  });
  test.skipIf(!findsRsyslogd() && process.env.CI !== "true").each(["tcp", "udp"] as const)(
    "over %s is what rsyslogd reads it as: severity, host, name, kind, structured data, text",
    async (transport) => {
      const rsyslog = await startRsyslog(transport);
      const sent = await send(
        { config: syslog(rsyslog.port, transport), secret: "" },
        testMessage({ alert: toldAlert({ surprise: 'Grüße aus ] "198.51.100.7"' }) }),
        open,
      );
      expect(sent, sent.answer).toMatchObject({ ok: true });
      while (rsyslog.lines().length === 0) await pause(10);
      const read = JSON.parse(rsyslog.lines()[0] ?? "") as Record<string, string>;
      expect(read).toMatchObject({
        pri: "106",
        host: "ca.example.com",
        app: "chancery",
        msgid: "alert.opened",
      });
      expect(read["at"]).toMatch(/^2026-11-23T02:38:09/);
      expect(read["data"]).toContain('subject="idn_01test" subjectLabel="payments" count="4"');
      expect(read["msg"]?.replace(/^\uFEFF/, "")).toBe(
        'Critical: A revoked certificate of payments was used. Seen: Grüße aus ] "198.51.100.7" Usual: None since it was revoked.',
      );
    },
  );
});
