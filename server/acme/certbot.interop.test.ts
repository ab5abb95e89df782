import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BindingKey } from "@/testing/gateway/acme-client";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";

const isMissing = !existsSync("/usr/bin/certbot") && !process.env["CI"];
let gateway: AcmeGateway;
beforeAll(async () => {
  if (!isMissing) gateway = await openAcmeGateway();
});
afterAll(async () => {
  await gateway?.close();
});

const certbot = (home: string, verb: string, ...args: readonly string[]): Promise<string> =>
  gateway.client("certbot", [
    verb,
    "--non-interactive",
    `--config-dir=${join(home, "etc")}`,
    `--work-dir=${join(home, "work")}`,
    `--logs-dir=${join(home, "logs")}`,
    `--server=${gateway.directory()}`,
    ...args,
  ]);
const enrolling = ({ kid, hmacKey }: BindingKey, ...names: readonly string[]) => [
  "--standalone",
  "--agree-tos",
  "--register-unsafely-without-email",
  `--eab-kid=${kid}`,
  `--eab-hmac-key=${hmacKey ?? ""}`,
  ...names.flatMap((name) => ["-d", name]),
];
const liveFile = (home: string, name: string, file = "fullchain.pem"): string =>
  readFileSync(join(home, "etc/live", name, file), "utf8");

test.skipIf(isMissing)(
  "certbot gets a certificate for names that its identity holds without a challenge, and the entries say by what each name was authorized",
  async () => {
    const home = gateway.home("certbot-held");
    const key = await gateway.enroll("payments", ["pay.example.com", "*.pay.example.com"]);
    await certbot(home, "certonly", ...enrolling(key, "pay.example.com", "a.pay.example.com"));
    const certificate = new X509Certificate(liveFile(home, "pay.example.com"));
    expect(certificate.subjectAltName).toBe("DNS:pay.example.com, DNS:a.pay.example.com");
    const [issued] = await gateway.entriesOf("acme.order-issued");
    expect(issued).toMatchObject({
      outcome: "success",
      actor: { kind: "acme-account", label: "ACME account of payments" },
      details: {
        names: [
          { name: "dns:pay.example.com", authorizedBy: "held by DNS:pay.example.com" },
          { name: "dns:a.pay.example.com", authorizedBy: "held by DNS:*.pay.example.com" },
        ],
      },
    });
    const together = (await gateway.entries()).filter(
      ({ correlationId }) => correlationId === issued?.target?.id,
    );
    expect(together.map(({ action }) => action)).toEqual([
      "certificate.planned",
      "certificate.issued",
      "acme.order-issued",
    ]);
  },
);

test.skipIf(isMissing)(
  "certbot tells its user that the identity doesn't hold a name, and nothing is issued",
  async () => {
    const home = gateway.home("certbot-refused");
    const key = await gateway.enroll("refused", ["refused.example.com"]);
    const issued = (await gateway.entriesOf("certificate.issued")).length;
    await expect(
      certbot(home, "certonly", ...enrolling(key, "refused.example.com", "other.example.com")),
    ).rejects.toThrow(/letsencrypt\.log/);
    // Debian's certbot 2.1 on Python 3.11 shows no error of any server; its log file does.
    expect(readFileSync(join(home, "logs/letsencrypt.log"), "utf8")).toContain(
      "refused doesn't hold other.example.com",
    );
    expect(await gateway.entriesOf("certificate.issued")).toHaveLength(issued);
    expect((await gateway.entriesOf("request.refused")).at(-1)).toMatchObject({
      actor: { kind: "acme-account", label: "ACME account of refused" },
      details: { code: "acme.rejected-identifier" },
    });
  },
);

test.skipIf(isMissing)(
  "certbot renews with a new key and revokes, and no second account is made for it",
  async () => {
    const home = gateway.home("certbot-renewed");
    const key = await gateway.enroll("renewing", ["renewing.example.com"]);
    await certbot(home, "certonly", ...enrolling(key, "renewing.example.com"));
    const before = new X509Certificate(liveFile(home, "renewing.example.com"));
    await certbot(home, "renew", "--force-renewal", "--no-random-sleep-on-renew");
    const after = new X509Certificate(liveFile(home, "renewing.example.com"));
    expect(after.serialNumber).not.toBe(before.serialNumber);
    const accounts = await gateway.entriesOf("acme.account-created");
    expect(accounts.filter(({ details }) => details["identityId"] === key.identityId)).toHaveLength(
      1,
    );
    const path = join(home, "etc/live/renewing.example.com/cert.pem");
    await certbot(
      home,
      "revoke",
      "--cert-path",
      path,
      "--reason",
      "superseded",
      "--no-delete-after-revoke",
    );
    expect((await gateway.entriesOf("certificate.revoked")).at(-1)).toMatchObject({
      actor: { kind: "acme-account", label: "ACME account of renewing" },
      details: { reason: "superseded" },
    });
  },
);

test.skipIf(isMissing)(
  "certbot enrolls with a one-time enrollment secret and renews, and a second machine with it learns that it is used up",
  async () => {
    const home = gateway.home("certbot-secret");
    const identity = await gateway.service("by secret", ["secret.example.com"]);
    const secret = await gateway.secretFor(identity, { networks: ["127.0.0.1"] });
    const server = `--server=${secret.directory}`;
    await certbot(home, "certonly", ...enrolling(secret, "secret.example.com"), server);
    const before = new X509Certificate(liveFile(home, "secret.example.com"));
    await certbot(home, "renew", "--force-renewal", "--no-random-sleep-on-renew", server);
    const after = new X509Certificate(liveFile(home, "secret.example.com"));
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect((await gateway.entriesOf("enrollment-secret.used")).at(-1)).toMatchObject({
      target: { id: secret.id },
      details: { identityId: identity, use: 1, uses: 1, via: "acme" },
    });
    const other = gateway.home("certbot-secret-again");
    const again = enrolling(secret, "secret.example.com");
    await expect(certbot(other, "certonly", ...again, server)).rejects.toThrow(/letsencrypt\.log/);
    expect(readFileSync(join(other, "logs/letsencrypt.log"), "utf8")).toContain(
      "This enrollment secret was used already.",
    );
    expect((await gateway.entriesOf("enrollment-secret.refused")).at(-1)).toMatchObject({
      outcome: "denied",
      reason: "enrollment.secret-spent",
      target: { id: secret.id },
    });
  },
);
