import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { EntryRecord } from "@/lib/log/types";
import { adminActor } from "@/testing/actors";
import {
  curl,
  type CurlAnswer,
  type CurlOptions,
  makeForeignCertificate,
  readIssuerName,
  type ClientFiles,
} from "@/testing/gateway/curl";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

const admin = adminActor();
let gateway: TestGateway,
  good: Client,
  lost: Client,
  foreign: Awaited<ReturnType<typeof makeForeignCertificate>>,
  forged: Awaited<ReturnType<typeof makeForeignCertificate>>;

beforeAll(async () => {
  gateway = await openTestGateway();
  good = await gateway.issue("good");
  lost = await gateway.issue("lost");
  await revokeCertificate(gateway.harness.deps, admin, lost.certificate.id, {
    reason: "keyCompromise",
    comment: "laptop lost",
  });
  foreign = await makeForeignCertificate(gateway, "foreign", "/O=Elsewhere/CN=Elsewhere Issuing");
  forged = await makeForeignCertificate(gateway, "forged", await readIssuerName(good.certFile));
});
afterAll(async () => {
  await gateway.close();
});

/** Chancery records its own work during the tests: only what clients did counts. */
const ofClients = ({ actor }: EntryRecord) => actor.kind !== "system";
/** What the request was answered, and all that it left in the log. */
async function ask(
  shown: ClientFiles,
  options: CurlOptions = {},
): Promise<{ answer: CurlAnswer; entries: EntryRecord[] }> {
  const before = (await gateway.entries()).filter(ofClients).length;
  const answer = await curl(gateway, shown, options);
  return { answer, entries: (await gateway.entries()).filter(ofClients).slice(before) };
}
/** Past the log, as the superuser could: for states that no use case makes. */
async function behindTheLog(sql: string): Promise<void> {
  for (const statement of [
    "alter table certificate disable trigger user",
    "alter table identity disable trigger user",
    sql,
    "alter table certificate enable always trigger needs_entry",
    "alter table identity enable always trigger needs_entry",
  ])
    await gateway.harness.asSuper(statement);
}

describe("curl on the port for client certificates", () => {
  test("a client with a valid certificate is served as its identity, with one entry that names the certificate, the action and the address", async () => {
    const { answer, entries } = await ask(good, { headers: ["User-Agent: pay/1.0"] });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.problem["items"]).toEqual([expect.objectContaining({ id: good.certificate.id })]);
    expect(entries).toEqual([
      expect.objectContaining({
        action: "certificate.read",
        outcome: "success",
        actor: { kind: "certificate", id: good.certificate.id, label: "good" },
        credential: {
          certificateId: good.certificate.id,
          serial: good.certificate.serial,
          fingerprintSha256: good.certificate.fingerprintSha256,
        },
        origin: {
          ip: "127.0.0.1",
          port: expect.any(Number) as number,
          userAgent: "pay/1.0",
          via: ["mtls"],
        },
        details: { method: "GET", path: "/api/v1/certificates", status: 200 },
      }),
    ]);
  });

  /**
   * The refusal of a certificate that we issued, with one entry that names it as the actor.
   */
  async function ownRefusal(
    client: Client,
    options: CurlOptions = {},
  ): Promise<[status: number, code: unknown]> {
    const { answer, entries } = await ask(client, options),
      { status } = answer,
      { code } = answer.problem;
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        outcome: "denied",
        actor: {
          kind: "certificate",
          id: client.certificate.id,
          label: expect.any(String) as string,
        },
        credential: {
          certificateId: client.certificate.id,
          serial: client.certificate.serial,
          fingerprintSha256: client.certificate.fingerprintSha256,
        },
        requestId: answer.problem["requestId"],
        origin: expect.objectContaining({ via: ["mtls"] }) as unknown,
        details: {
          method: options.method ?? "GET",
          path: options.path ?? "/api/v1/certificates",
          status,
          code,
        },
      }),
    ]);
    return [status, code];
  }

  test("a revoked certificate is refused as revoked", async () => {
    expect(await ownRefusal(lost)).toEqual([401, "certificate.revoked"]);
  });
  test("a certificate on hold is refused as on hold until it is released", async () => {
    const held = await gateway.issue("held");
    await revokeCertificate(gateway.harness.deps, admin, held.certificate.id, {
      reason: "certificateHold",
    });
    expect(await ownRefusal(held)).toEqual([401, "certificate.on-hold"]);
    await releaseCertificate(gateway.harness.deps, admin, held.certificate.id, {});
    expect((await ask(held)).answer.status).toBe(200);
  });
  test("a certificate of a suspended identity is refused as such until the identity is active again", async () => {
    const client = await gateway.issue("dormant");
    await suspendIdentity(gateway.harness.deps, admin, client.identityId, { comment: "left" });
    expect(await ownRefusal(client)).toEqual([403, "identity.suspended"]);
    await activateIdentity(gateway.harness.deps, admin, client.identityId, { comment: "" });
    expect((await ask(client)).answer.status).toBe(200);
  });
  test("a client outside its identity's networks is refused without naming these networks", async () => {
    const client = await gateway.issue("bound");
    await updateIdentity(gateway.harness.deps, admin, client.identityId, {
      networks: ["127.0.0.2/32", "10.9.0.0/16"],
    });
    expect(await ownRefusal(client)).toEqual([403, "certificate.network"]);
    const answer = await curl(gateway, client);
    expect(answer.body).toContain("127.0.0.1");
    expect(answer.body).not.toMatch(/127\.0\.0\.2|10\.9/);
    const { answer: allowed, entries } = await ask(client, { from: "127.0.0.2" });
    expect([allowed.status, entries[0]?.origin.ip]).toEqual([200, "127.0.0.2"]);
  });
  test("a server certificate is refused as not meant for clients", async () => {
    expect(await ownRefusal(await gateway.issue("web", { profile: "tls-server" }))).toEqual([
      403,
      "certificate.usage",
    ]);
  });
  test("a certificate of Chancery itself is refused as internal", async () => {
    const client = await gateway.issue("inner");
    await behindTheLog(`update identity set kind = 'system' where id = '${client.identityId}'`);
    expect(await ownRefusal(client)).toEqual([403, "certificate.internal"]);
  });
  test("a certificate that is not yet valid is refused as such", async () => {
    gateway.harness.advance(-3_600_000);
    expect(await ownRefusal(good)).toEqual([401, "certificate.not-yet-valid"]);
    gateway.harness.advance(3_600_000);
  });

  test.each<[string, () => Awaited<ReturnType<typeof makeForeignCertificate>>, string]>([
    ["a foreign certificate", () => foreign, "certificate.unknown-issuer"],
    ["a certificate forged in our CA's name", () => forged, "certificate.forged"],
  ])(
    "%s is refused as such, and the entry has its serial number, its fingerprint and the fields that it claims",
    async (_what, shown, code) => {
      const { answer, entries } = await ask(shown());
      expect([answer.status, answer.problem["code"]]).toEqual([401, code]);
      expect(entries).toEqual([
        expect.objectContaining({
          action: "request.refused",
          actor: { kind: "anonymous", id: null, label: "anonymous" },
          credential: {
            certificateId: null,
            serial: shown().serial,
            fingerprintSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          },
          details: expect.objectContaining({
            code,
            presented: expect.objectContaining({
              subject: expect.stringContaining(".example.com") as string,
              notAfter: expect.stringMatching(/^20\d\d-/) as string,
            }) as unknown,
          }) as unknown,
        }),
      ]);
    },
  );
  test("a certificate that our key signed but that was never recorded is refused as not issued", async () => {
    const client = await gateway.issue("unrecorded");
    await behindTheLog(
      `update certificate set fingerprint_sha256 = sha256('elsewhere'), tbs_der = tbs_der || '\\x00' where id = '${client.certificate.id}'`,
    );
    const { answer, entries } = await ask(client);
    expect([answer.status, answer.problem["code"]]).toEqual([401, "certificate.not-issued"]);
    expect(entries).toEqual([
      expect.objectContaining({
        credential: {
          certificateId: null,
          serial: client.certificate.serial,
          fingerprintSha256: client.certificate.fingerprintSha256,
        },
      }),
    ]);
    await behindTheLog(
      `update certificate set fingerprint_sha256 = sha256(der), tbs_der = substr(tbs_der, 1, octet_length(tbs_der) - 1) where id = '${client.certificate.id}'`,
    );
  });
  test("a client without a certificate is refused as missing one, unless it has a token", async () => {
    const { answer, entries } = await ask(null);
    expect([answer.status, answer.problem["code"], entries.length, entries[0]?.credential]).toEqual(
      [401, "certificate.missing", 1, null],
    );
    expect(
      (await ask(null, { headers: [`Authorization: Bearer ${await gateway.tokenFor("auditor")}`] }))
        .answer.status,
    ).toBe(200);
  });
  test("each kind of refusal has a different explanation, as problem+json for programs", async () => {
    const answers = [
      await curl(gateway, lost),
      await curl(gateway, foreign),
      await curl(gateway, forged),
      await curl(gateway, null),
      await curl(gateway, await gateway.issue("web2", { profile: "tls-server" })),
    ];
    expect(new Set(answers.map(({ problem }) => problem["detail"])).size).toBe(answers.length);
    for (const { type, status, headers } of answers) {
      expect(type).toBe("application/problem+json");
      expect(/^www-authenticate:/im.test(headers)).toBe(status === 401);
    }
  });
  test("a refused certificate refuses the whole request, whatever token or path comes with it", async () => {
    const token = await gateway.tokenFor("admin"),
      headers = [`Authorization: Bearer ${token}`];
    expect(await ownRefusal(lost, { headers })).toEqual([401, "certificate.revoked"]);
    expect(await ownRefusal(lost, { headers, method: "POST", body: "{}" })).toEqual([
      401,
      "certificate.revoked",
    ]);
    for (const path of [
      "/",
      "/api/v1/nothing",
      "/docs/api",
      "/api/auth/session",
      "/_next/image",
      "/api/v1/audit/events",
      "/api/v1/status/../certificates",
      "/api/v1/status/%2e%2e/certificates",
    ])
      expect(await ownRefusal(lost, { path, headers })).toEqual([401, "certificate.revoked"]);
  });
  test("a valid certificate sent together with a token is named in the token's entry", async () => {
    const { entries } = await ask(good, {
      headers: [`Authorization: Bearer ${await gateway.tokenFor("auditor")}`],
    });
    expect(entries[0]).toMatchObject({
      actor: { kind: "token" },
      credential: { certificateId: good.certificate.id },
    });
    const guess = await ask(good, { headers: ["Authorization: Bearer chy_guessed"] });
    expect([guess.answer.problem["code"], guess.entries.length]).toEqual(["unauthenticated", 1]);
    expect(guess.entries[0]).toMatchObject({
      actor: { kind: "anonymous" },
      credential: { certificateId: good.certificate.id },
    });
  });
  test("a request with an invalid path or Host is refused as malformed", async () => {
    for (const options of [
      { path: "/api/v1/x\\..\\certificates" },
      { headers: ["Host: a/b"] },
      { headers: ["Host: admin@localhost"] },
    ]) {
      expect((await curl(gateway, good, options)).problem).toMatchObject({
        status: 400,
        code: "request.malformed",
      });
    }
  });
  test("status, CRLs, CA certificates, health and the log key are public and record nothing, whatever certificate the client presents", async () => {
    for (const path of [
      "/crl/issuing.crl",
      "/ca/root.pem",
      "/healthz",
      "/log/key",
      `/api/v1/status/issuing/${lost.certificate.serial}`,
    ]) {
      const { answer, entries } = await ask(lost, { path });
      expect([path, answer.status, entries]).toEqual([path, 200, []]);
    }
  });
  test("a browser whose certificate is refused gets a page with the reason and no script, and the same entry", async () => {
    const { answer, entries } = await ask(lost, {
      path: "/certificates",
      headers: ["Accept: text/html,application/xhtml+xml"],
    });
    expect([answer.status, answer.type]).toEqual([401, "text/html"]);
    expect(answer.body).toContain("The client certificate is revoked");
    expect(answer.body).toContain("certificate.revoked");
    expect(answer.body).not.toContain("<script");
    expect(answer.headers).toMatch(/content-security-policy: default-src 'self'/i);
    expect(entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        actor: expect.objectContaining({ id: lost.certificate.id }) as unknown,
      }),
    ]);
    const hostile = await curl(gateway, lost, {
      path: "/",
      headers: ["Accept: text/html", "Host: <script>alert(1)</script>"],
    });
    expect(hostile.body).not.toContain("<script");
  });
  test("while nothing can be recorded the answer is 503, for valid and refused certificates alike", async () => {
    await gateway.harness.asSuper("revoke insert (entry) on tlog.inbox from chancery_app");
    const answers = [
      await curl(gateway, good),
      await curl(gateway, lost),
      await curl(gateway, foreign),
      await curl(gateway, null),
      await curl(gateway, lost, { path: "/", headers: ["Accept: text/html"] }),
    ];
    await gateway.harness.asSuper("grant insert (entry) on tlog.inbox to chancery_app");
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect((await curl(gateway, good)).status).toBe(200);
  });
});
