import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { testMessage, notifiedAlert } from "@/testing/delivery/message";
import {
  closeReceivers,
  closedPort,
  httpReceiver,
  silentReceiver,
  tlsSyslogReceiver,
} from "@/testing/delivery/receivers";
import type { DestinationConfig } from "./schema";
import { send, type SendOptions } from "./send";
import { certificate, mail, syslog } from "@/testing/delivery/test-configs";

const open: SendOptions = { allow: ["127.0.0.1/32"], trust: "" };
const shut: SendOptions = { allow: [], trust: "" };
const webhook = (port: number, path = "/hook?team=a"): DestinationConfig => ({
  kind: "webhook",
  url: `http://127.0.0.1:${port}${path}`,
  ca: "",
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
    const [posted] = receiver.got;
    const [, seconds = "", given = ""] =
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
      alert: { severity: "critical", surprise: notifiedAlert().surprise },
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
      expect(outcome.answer).toMatch(
        new RegExp(`^The receiver responded ${status} .*: not for me\\.$`),
      );
    },
  );
  test.each([301, 302, 303, 307, 308])(
    "that leads elsewhere (%i) is not followed",
    async (status) => {
      const target = await httpReceiver();
      const receiver = await httpReceiver((_, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end();
      });
      const outcome = await send(
        { config: webhook(receiver.port), secret: "k" },
        testMessage(),
        open,
      );
      expect(outcome.answer).toMatch(/Redirects are not followed/);
      expect(target.got).toEqual([]);
    },
  );
  test("that never answers, or never ends its answer, is given up in time", async () => {
    const silent = await silentReceiver();
    expect(
      await send({ config: webhook(silent.port), secret: "k" }, testMessage(), {
        ...open,
        timeoutMs: 200,
      }),
    ).toMatchObject({ ok: false, answer: "No response within 0.2 s." });
    const dripping = await httpReceiver((_, response) => {
      response.writeHead(500);
      response.write("x");
    });
    expect(
      await send({ config: webhook(dripping.port), secret: "k" }, testMessage(), {
        ...open,
        timeoutMs: 200,
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
  test("a webhook that closes the connection or can't be reached is reported as that", async () => {
    const rude = await httpReceiver((_, response) => {
      response.destroy();
    });
    expect(
      (await send({ config: webhook(rude.port), secret: "k" }, testMessage(), open)).answer,
    ).toMatch(/^The connection was closed without a response/);
    expect(
      (await send({ config: webhook(await closedPort()), secret: "k" }, testMessage(), open))
        .answer,
    ).toMatch(/^Can't connect to .*\(connection refused\)/);
  });
  test("a webhook over TLS has to present a certificate for its name from a trusted CA", async () => {
    const receiver = await tlsSyslogReceiver(certificate);
    const url = `https://127.0.0.1:${receiver.port}/`;
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
  test("over TLS with a certificate that is trusted gets the message, by address and by name", async () => {
    const receiver = await httpReceiver(undefined, 0, certificate);
    const url = (host: string) => `https://${host}:${receiver.port}/hook`;
    for (const [host, ways] of [
      ["127.0.0.1", open],
      [
        "mail.example.com",
        {
          allow: ["mail.example.com"],
          trust: "",
          resolve: () => Promise.resolve(["127.0.0.1"]),
        },
      ],
    ] as const)
      expect(
        await send(
          { config: { kind: "webhook", url: url(host), ca: certificate.cert }, secret: "k" },
          testMessage(),
          ways,
        ),
      ).toMatchObject({ ok: true, answer: "200 OK" });
    expect(receiver.got.map(({ headers }) => headers.host)).toEqual([
      `127.0.0.1:${receiver.port}`,
      `mail.example.com:${receiver.port}`,
    ]);
  });
  test("at a name with several addresses is reached at the one that answers", async () => {
    const receiver = await httpReceiver();
    expect(
      await send(
        {
          config: { kind: "webhook", url: `http://hooks.example.com:${receiver.port}/`, ca: "" },
          secret: "k",
        },
        testMessage(),
        {
          allow: ["hooks.example.com"],
          trust: "",
          resolve: () => Promise.resolve(["127.0.0.2", "127.0.0.1"]),
        },
      ),
    ).toMatchObject({ ok: true });
  });
  test("whose answer has more than 16 KB of headers has not taken it", async () => {
    const receiver = await httpReceiver((_, response) => {
      response.writeHead(200, { "x-long": "x".repeat(20_000) }).end();
    });
    const outcome = await send(
      { config: webhook(receiver.port), secret: "k" },
      testMessage(),
      open,
    );
    expect(outcome).toMatchObject({ ok: false });
    expect(outcome.answer).toMatch(/^The connection was closed without a response/);
  });
  test("keeps no connection open, whatever the receiver would like", async () => {
    const closed: boolean[] = [];
    const receiver = await httpReceiver((_, response) => {
      response.socket?.once("close", () => closed.push(true));
      response.setHeader("connection", "keep-alive");
      response.end("ok");
    });
    await send({ config: webhook(receiver.port), secret: "k" }, testMessage(), open);
    while (closed.length === 0) await pause(10);
    expect(receiver.got[0]?.headers.connection).toBe("close");
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
