import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { testMessage, notifiedAlert } from "@/testing/delivery/message";
import {
  closeReceivers,
  closedPort,
  findsRsyslogd,
  httpReceiver,
  mailReceiver,
  silentReceiver,
  startRsyslog,
  tlsSyslogReceiver,
} from "@/testing/delivery/receivers";
import { send, type SendOptions } from "./send";
import { certificate, mail, syslog } from "@/testing/delivery/test-configs";

const open: SendOptions = { allow: ["127.0.0.1/32"], trust: "" };

afterEach(closeReceivers);

describe("a Slack-compatible link", () => {
  test("a Slack-compatible link gets one text, and appears in none of our responses", async () => {
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
    expect(bad).toMatchObject({
      ok: false,
      answer: "The receiver responded 404 Not Found: no_service.",
    });
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
  test("an email that some recipients refused is reported as sent, with those recipients", async () => {
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
    expect(outcome.answer).toMatch(/rejected for security@example\.com/);
  });
  test("to a server that is silent, or gone, is given up in time", async () => {
    const silent = await silentReceiver();
    expect(
      await send({ config: mail(silent.port), secret: "p" }, testMessage(), {
        ...open,
        timeoutMs: 200,
      }),
    ).toMatchObject({ ok: false, answer: "No response within 0.2 s." });
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
    ).toMatchObject({ ok: true, answer: "Sent over TLS." });
    expect(receiver.got).toEqual([
      expect.stringMatching(
        /^<106>1 2026-11-23T02:38:09Z ca\.example\.com chancery - alert\.opened \[chancery@32473 delivery="dlv_01test" .*\] \uFEFFCritical: A revoked certificate of payments was used\. Seen: 4 requests/,
      ),
    ]);
  });
  test("syslog isn't sent over TLS to an untrusted server, over TCP to a closed port, or over UDP to a closed port", async () => {
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
    ).toMatch(/did not accept the datagram \(connection refused\)/);
  });
  test.skipIf(!findsRsyslogd() && process.env.CI !== "true").each(["tcp", "udp"] as const)(
    "over %s is what rsyslogd reads it as: severity, host, name, kind, structured data, text",
    async (transport) => {
      const rsyslog = await startRsyslog(transport);
      const sent = await send(
        { config: syslog(rsyslog.port, transport), secret: "" },
        testMessage({ alert: notifiedAlert({ surprise: 'Grüße aus ] "198.51.100.7"' }) }),
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
