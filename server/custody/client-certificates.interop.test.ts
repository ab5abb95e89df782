import { readFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "@/lib/authorities/create-authority";
import { authorityInput } from "@/lib/authorities/schema";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { EntryRecord } from "@/lib/log/types";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { curl, makeForeign } from "@/server/custody/testing/curl";
import type { CurlAnswer, CurlOptions, Shown } from "@/server/custody/testing/curl";
import { openRealDoor, until } from "@/server/custody/testing/real-door";
import type { Client, RealDoor } from "@/server/custody/testing/real-door";
import { testActor } from "@/server/signer/testing/make-test-house";

const run = promisify(execFile),
  admin = testActor();
let door: RealDoor,
  good: Client,
  lost: Client,
  edge: Client,
  foreign: Awaited<ReturnType<typeof makeForeign>>,
  forged: Awaited<ReturnType<typeof makeForeign>>;
const leafOf = (cert: string): string =>
  `${cert.split("-----END CERTIFICATE-----")[0] ?? ""}-----END CERTIFICATE-----\n`;

beforeAll(async () => {
  door = await openRealDoor();
  [good, lost, edge] = [
    await door.issue("good"),
    await door.issue("lost"),
    await door.issue("edge"),
  ];
  await revokeCertificate(door.house.deps, admin, lost.certificate.id, {
    reason: "keyCompromise",
    comment: "laptop lost",
  });
  // "/O=Example/CN=Example Issuing" as openssl takes it: the issuer's name of a real certificate.
  const { stdout } = await run("openssl", [
    "x509",
    "-in",
    good.certFile,
    "-noout",
    "-issuer",
    "-nameopt",
    "compat",
  ]);
  foreign = await makeForeign(door, "foreign", "/O=Elsewhere/CN=Elsewhere Issuing");
  forged = await makeForeign(door, "forged", stdout.trim().replace(/^issuer= */, ""));
});
afterAll(async () => {
  await door.close();
});

/** Chancery's own work goes on beside the tests: only what clients did counts. */
const ofClients = ({ actor }: EntryRecord) => actor.kind !== "system";
/** What the request was answered, and all that it left in the log. */
async function ask(
  shown: Shown,
  options: CurlOptions = {},
): Promise<{ answer: CurlAnswer; entries: EntryRecord[] }> {
  const before = (await door.entries()).filter(ofClients).length;
  const answer = await curl(door, shown, options);
  return { answer, entries: (await door.entries()).filter(ofClients).slice(before) };
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
    await door.house.asSuper(statement);
}

describe("curl on the port for client certificates", () => {
  test("with a good one is served as its identity, with one entry that names the certificate, the act and the origin", async () => {
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

  /** The refusal of a certificate of ours, with one entry that names the certificate as the actor. */
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

  test("with a revoked one is told so", async () => {
    expect(await ownRefusal(lost)).toEqual([401, "certificate.revoked"]);
  });
  test("with one on hold is told so, until it is released", async () => {
    const held = await door.issue("held");
    await revokeCertificate(door.house.deps, admin, held.certificate.id, {
      reason: "certificateHold",
    });
    expect(await ownRefusal(held)).toEqual([401, "certificate.on-hold"]);
    await releaseCertificate(door.house.deps, admin, held.certificate.id, {});
    expect((await ask(held)).answer.status).toBe(200);
  });
  test("with one of a suspended identity is told so, until that is active again", async () => {
    const client = await door.issue("dormant");
    await suspendIdentity(door.house.deps, admin, client.identityId, { comment: "left" });
    expect(await ownRefusal(client)).toEqual([403, "identity.suspended"]);
    await activateIdentity(door.house.deps, admin, client.identityId, { comment: "" });
    expect((await ask(client)).answer.status).toBe(200);
  });
  test("from another network than its identity is bound to is told so, and not which networks these are", async () => {
    const client = await door.issue("bound");
    await updateIdentity(door.house.deps, admin, client.identityId, {
      networks: ["127.0.0.2/32", "10.9.0.0/16"],
    });
    expect(await ownRefusal(client)).toEqual([403, "certificate.network"]);
    const answer = await curl(door, client);
    expect(answer.body).toContain("127.0.0.1");
    expect(answer.body).not.toMatch(/127\.0\.0\.2|10\.9/);
    const { answer: allowed, entries } = await ask(client, { from: "127.0.0.2" });
    expect([allowed.status, entries[0]?.origin.ip]).toEqual([200, "127.0.0.2"]);
  });
  test("with a server's certificate is told that it is not for clients", async () => {
    expect(await ownRefusal(await door.issue("web", { profile: "tls-server" }))).toEqual([
      403,
      "certificate.usage",
    ]);
  });
  test("with one of Chancery itself is told that it stands for nobody", async () => {
    const client = await door.issue("inner");
    await behindTheLog(`update identity set kind = 'system' where id = '${client.identityId}'`);
    expect(await ownRefusal(client)).toEqual([403, "certificate.internal"]);
  });
  test("with one that is not valid yet is told so", async () => {
    door.house.advance(-3_600_000);
    expect(await ownRefusal(good)).toEqual([401, "certificate.not-yet-valid"]);
    door.house.advance(3_600_000);
  });

  test.each<[string, () => Awaited<ReturnType<typeof makeForeign>>, string]>([
    ["a foreign one", () => foreign, "certificate.unknown-issuer"],
    ["one that is forged in our authority's name", () => forged, "certificate.forged"],
  ])(
    "with %s is told so, and the record has its serial, its fingerprint and what it says of itself",
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
  test("with one that our key has signed and nobody recorded is told so, which is the worst of all", async () => {
    const client = await door.issue("unrecorded");
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
  test("with none is told to show one, unless it brings a token", async () => {
    const { answer, entries } = await ask(null);
    expect([answer.status, answer.problem["code"], entries.length, entries[0]?.credential]).toEqual(
      [401, "certificate.missing", 1, null],
    );
    expect(
      (await ask(null, { headers: [`Authorization: Bearer ${await door.tokenFor("auditor")}`] }))
        .answer.status,
    ).toBe(200);
  });
  test("every answer says something else, how to mend it, and is problem+json for programs", async () => {
    const answers = [
      await curl(door, lost),
      await curl(door, foreign),
      await curl(door, forged),
      await curl(door, null),
      await curl(door, await door.issue("web2", { profile: "tls-server" })),
    ];
    expect(new Set(answers.map(({ problem }) => problem["detail"])).size).toBe(answers.length);
    for (const { type, status, headers } of answers) {
      expect(type).toBe("application/problem+json");
      expect(/^www-authenticate:/im.test(headers)).toBe(status === 401);
    }
  });
  test("a certificate that is refused refuses the whole request: a token with it changes nothing, nor does another path", async () => {
    const token = await door.tokenFor("admin"),
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
  test("a good certificate beside a token is named in the token's entry", async () => {
    const { entries } = await ask(good, {
      headers: [`Authorization: Bearer ${await door.tokenFor("auditor")}`],
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
  test("a request whose address or host cannot be read is refused in words", async () => {
    for (const options of [
      { path: "/api/v1/x\\..\\certificates" },
      { headers: ["Host: a/b"] },
      { headers: ["Host: admin@localhost"] },
    ]) {
      expect((await curl(door, good, options)).problem).toMatchObject({
        status: 400,
        code: "request.malformed",
      });
    }
  });
  test("status stays open to everybody and is no act, whatever certificate comes with it", async () => {
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
  test("a browser gets a page that says why and what helps, without a script, with the same entry", async () => {
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
    const hostile = await curl(door, lost, {
      path: "/",
      headers: ["Accept: text/html", "Host: <script>alert(1)</script>"],
    });
    expect(hostile.body).not.toContain("<script");
  });
  test("while nothing can be recorded the answer is 503, to the good as to the refused", async () => {
    await door.house.asSuper("revoke insert (entry) on tlog.inbox from chancery_app");
    const answers = [
      await curl(door, good),
      await curl(door, lost),
      await curl(door, foreign),
      await curl(door, null),
      await curl(door, lost, { path: "/", headers: ["Accept: text/html"] }),
    ];
    await door.house.asSuper("grant insert (entry) on tlog.inbox to chancery_app");
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect((await curl(door, good)).status).toBe(200);
  });
});

describe("a forwarded certificate", () => {
  const forwarded = (client: Pick<Client, "cert">, address = "10.1.2.3") => [
    `X-SSL-Client-Cert: ${encodeURIComponent(leafOf(client.cert))}`,
    `X-Forwarded-For: 198.51.100.66, ${address}`,
  ];
  const everyForm = () => {
    const pem = encodeURIComponent(leafOf(good.cert)),
      der = leafOf(good.cert).replaceAll(/-----[^-]+-----|\s/g, "");
    return [
      ...forwarded(good),
      `X-Forwarded-Tls-Client-Cert: ${der}`,
      `X-Forwarded-Client-Cert: Cert="${pem}"`,
      `Client-Cert: :${der}:`,
      "Forwarded: for=10.1.2.3",
      "X-Real-IP: 10.1.2.3",
      "X-Chancery-Peer: e30",
      "X-Chancery-Client-Ip: 10.1.2.3",
      "X-Original-URI: /",
    ];
  };
  const stripped = async (): Promise<number> => {
    const text = await (await fetch(`${door.httpUrl()}/metrics`)).text();
    return Number(
      /chancery_forwarded_headers_stripped_total\{header="x-ssl-client-cert"\} (\d+)/.exec(
        text,
      )?.[1] ?? "0",
    );
  };

  test("from outside changes nothing, in any form, and is counted", async () => {
    const before = await stripped();
    for (const [shown, status, code] of [
      [null, 401, "certificate.missing"],
      [lost, 401, "certificate.revoked"],
      [foreign, 401, "certificate.unknown-issuer"],
    ] as const) {
      const { answer, entries } = await ask(shown, { headers: everyForm() });
      expect([answer.status, answer.problem["code"]]).toEqual([status, code]);
      expect(entries.map(({ origin }) => [origin.ip, origin.via])).toEqual([
        ["127.0.0.1", ["mtls"]],
      ]);
    }
    const client = await door.issue("liar"),
      { entries } = await ask(client, { headers: everyForm() });
    expect(entries[0]).toMatchObject({
      actor: { id: client.certificate.id },
      origin: { ip: "127.0.0.1", via: ["mtls"] },
    });
    expect((await stripped()) - before).toBe(4);
  });

  describe("from a proxy that proves itself", () => {
    let proxyId: string;
    beforeAll(async () => {
      proxyId = (
        await trustProxy(door.house.deps, admin, {
          identity: edge.identityId,
          kind: "nginx",
          hops: 1,
          note: "",
        })
      ).id;
    });

    test("speaks for the client, from the client's address, through the proxy by name", async () => {
      const { answer, entries } = await ask(edge, { headers: forwarded(good) });
      expect(answer.problem["items"]).toEqual([
        expect.objectContaining({ id: good.certificate.id }),
      ]);
      expect(entries).toEqual([
        expect.objectContaining({
          actor: { kind: "certificate", id: good.certificate.id, label: "good" },
          origin: expect.objectContaining({
            ip: "10.1.2.3",
            port: null,
            via: ["edge", "mtls"],
          }) as unknown,
        }),
      ]);
    });
    test.each<[string, () => readonly string[], string]>([
      ["revoked", () => forwarded(lost), "certificate.revoked"],
      ["foreign", () => forwarded({ cert: foreign.pem }), "certificate.unknown-issuer"],
      ["forged", () => forwarded({ cert: forged.pem }), "certificate.forged"],
      ["unreadable", () => ["X-SSL-Client-Cert: rubbish"], "certificate.unreadable"],
      [
        "in the form of another kind of proxy",
        () => [`Client-Cert: :${leafOf(good.cert).replaceAll(/-----[^-]+-----|\s/g, "")}:`],
        "certificate.missing",
      ],
      ["missing", () => ["X-Forwarded-For: 10.1.2.3"], "certificate.missing"],
    ])("is validated anew: %s", async (_what, headers, code) => {
      const { answer, entries } = await ask(edge, { headers: headers() });
      expect([answer.status, answer.problem["code"], entries.length]).toEqual([401, code, 1]);
      expect(entries[0]?.origin.via).toEqual(["edge", "mtls"]);
    });
    test("of an identity that is bound to networks counts from the client's address and not from the proxy's", async () => {
      const client = await door.issue("inside");
      await updateIdentity(door.house.deps, admin, client.identityId, {
        networks: ["10.1.0.0/16"],
      });
      expect((await curl(door, edge, { headers: forwarded(client) })).status).toBe(200);
      for (const headers of [
        forwarded(client, "10.2.0.1"),
        forwarded(client, "unknown"),
        forwarded(client).slice(0, 1),
      ])
        expect((await curl(door, edge, { headers })).problem["code"]).toBe("certificate.network");
    });
    test("and its own certificate is nobody's: a client that shows none cannot act in the proxy's name", async () => {
      const { answer, entries } = await ask(edge);
      expect([
        answer.status,
        answer.problem["code"],
        entries[0]?.actor.kind,
        entries[0]?.credential,
      ]).toEqual([401, "certificate.missing", "anonymous", null]);
    });
    test("no longer, once the proxy's own certificate is revoked or it is trusted no more", async () => {
      const second = await door.issue("second-edge", { identityId: edge.identityId });
      expect((await curl(door, second, { headers: forwarded(good) })).status).toBe(200);
      await revokeCertificate(door.house.deps, admin, second.certificate.id, {
        reason: "superseded",
      });
      expect((await curl(door, second, { headers: forwarded(good) })).problem["code"]).toBe(
        "certificate.revoked",
      );
      await removeProxy(door.house.deps, admin, proxyId, { comment: "" });
      const { entries } = await ask(edge, { headers: forwarded(good) });
      expect(entries[0]).toMatchObject({
        actor: { id: edge.certificate.id },
        origin: { ip: "127.0.0.1", via: ["mtls"] },
      });
    });
  });
});

describe("what changes while connections live", () => {
  const options = (): ConnectionOptions => ({
    port: door.mtlsPort(),
    host: "127.0.0.1",
    servername: "localhost",
    ca: readFileSync(door.rootFile, "utf8"),
  });
  const line = "GET /api/v1/certificates HTTP/1.1\r\nHost: localhost\r\n";

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "a resumed session of %s whose certificate was revoked since is refused with its name",
    async (version) => {
      const client = await door.issue(`resumer-${version.toLowerCase().replace(".", "")}`),
        versions = { minVersion: version, maxVersion: version };
      const first = connect({ ...options(), ...versions, cert: client.cert, key: client.key }),
        session = once(first, "session") as Promise<[Buffer]>;
      first.write(`${line}Connection: close\r\n\r\n`);
      let text = "";
      for await (const piece of first) text += String(piece);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
      await revokeCertificate(door.house.deps, admin, client.certificate.id, {
        reason: "keyCompromise",
      });
      // No certificate and no key: the session alone says who this is.
      const second = connect({ ...options(), ...versions, session: (await session)[0] });
      await once(second, "secureConnect");
      expect(second.isSessionReused()).toBe(true);
      second.write(`${line}Connection: close\r\n\r\n`);
      let again = "";
      for await (const piece of second) again += String(piece);
      expect(again).toMatch(/^HTTP\/1\.1 401 /);
      expect(again).toContain("certificate.revoked");
      expect((await door.entries()).filter(ofClients).at(-1)).toMatchObject({
        action: "request.refused",
        actor: { id: client.certificate.id },
      });
    },
  );
  test("a kept connection is refused from the very next request on", async () => {
    const client = await door.issue("kept"),
      socket = connect({ ...options(), cert: client.cert, key: client.key });
    const statusOfNext = async (): Promise<string> => {
      const piece = once(socket, "data") as Promise<[Buffer]>;
      socket.write(`${line}\r\n`);
      return String((await piece)[0]).slice(9, 12);
    };
    expect([await statusOfNext(), await statusOfNext()]).toEqual(["200", "200"]);
    await revokeCertificate(door.house.deps, admin, client.certificate.id, {
      reason: "superseded",
    });
    expect(await statusOfNext()).toBe("401");
    socket.destroy();
  });
  test("a new authority is trusted without a restart: handshakes name it, and a forgery in its name is told from a stranger's", async () => {
    const authority = await createAuthority(
      door.house.deps,
      admin,
      authorityInput.parse({
        name: "Second Root",
        slug: "second",
        parentId: null,
        keyAlgorithm: "ecdsa-p256",
        validityYears: 10,
        pathLength: null,
      }),
    );
    const asked = async (): Promise<string> =>
      (
        await run("sh", [
          "-c",
          `openssl s_client -connect 127.0.0.1:${door.mtlsPort()} -CAfile ${door.rootFile} </dev/null 2>/dev/null`,
        ])
      ).stdout;
    await until(async () => (await asked()).includes("Second Root"));
    await until(async () => (await fetch(`${door.httpUrl()}/ca/${authority.slug}.pem`)).ok);
    const forgery = await makeForeign(door, "second-forgery", "/O=Example/CN=Second Root");
    await until(async () => (await curl(door, forgery)).problem["code"] === "certificate.forged");
    expect((await curl(door, foreign)).problem["code"]).toBe("certificate.unknown-issuer");
  });
  test("a certificate that has run out is told so", async () => {
    const short = await door.issue("short", { profile: "short-lived" });
    expect((await ask(short)).answer.status).toBe(200);
    door.house.advance(9 * 3_600_000);
    const { answer, entries } = await ask(short);
    expect([answer.status, answer.problem["code"], entries.length, entries[0]?.actor.id]).toEqual([
      401,
      "certificate.expired",
      1,
      short.certificate.id,
    ]);
    expect(answer.body).toContain("Request a new one");
  });
});
