import { readFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect, type ConnectionOptions } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorityInput } from "@/lib/authorities/schema";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { updateIdentity } from "@/lib/identities/update-identity";
import { createConfirmedAuthority } from "@/testing/ca/host-operator";
import type { EntryRecord } from "@/lib/log/types";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { adminActor } from "@/testing/actors";
import {
  curl,
  type CurlAnswer,
  type CurlOptions,
  makeForeignCertificate,
  readIssuerName,
  type ClientFiles,
} from "@/testing/gateway/curl";
import {
  type Client,
  openTestGateway,
  type TestGateway,
  until,
} from "@/testing/gateway/test-gateway";

const run = promisify(execFile),
  admin = adminActor();
let gateway: TestGateway,
  good: Client,
  lost: Client,
  edge: Client,
  foreign: Awaited<ReturnType<typeof makeForeignCertificate>>,
  forged: Awaited<ReturnType<typeof makeForeignCertificate>>;
const leafOf = (cert: string): string =>
  `${cert.split("-----END CERTIFICATE-----")[0] ?? ""}-----END CERTIFICATE-----\n`;

beforeAll(async () => {
  gateway = await openTestGateway();
  [good, lost, edge] = [
    await gateway.issue("good"),
    await gateway.issue("lost"),
    await gateway.issue("edge"),
  ];
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
    const text = await (await fetch(`${gateway.httpUrl()}/metrics`)).text();
    return Number(
      /chancery_forwarded_headers_stripped_total\{header="x-ssl-client-cert"\} (\d+)/.exec(
        text,
      )?.[1] ?? "0",
    );
  };

  test("a forwarded certificate from an untrusted client is ignored in every form, and counted", async () => {
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
    const client = await gateway.issue("liar"),
      { entries } = await ask(client, { headers: everyForm() });
    expect(entries[0]).toMatchObject({
      actor: { id: client.certificate.id },
      origin: { ip: "127.0.0.1", via: ["mtls"] },
    });
    expect((await stripped()) - before).toBe(4);
  });

  describe("from a trusted proxy", () => {
    let proxyId: string;
    beforeAll(async () => {
      proxyId = (
        await trustProxy(gateway.harness.deps, admin, {
          identity: edge.identityId,
          kind: "nginx",
          hops: 1,
          scopes: ["forward-auth", "api"],
          note: "",
          accepted: await acceptedOf(gateway.harness.deps, edge.identityId),
        })
      ).result.id;
    });

    test("a certificate forwarded by a trusted proxy authenticates the client, with the client's address and the proxy's name", async () => {
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
    ])(
      "a certificate forwarded by a trusted proxy is validated again: %s",
      async (_what, headers, code) => {
        const { answer, entries } = await ask(edge, { headers: headers() });
        expect([answer.status, answer.problem["code"], entries.length]).toEqual([401, code, 1]);
        expect(entries[0]?.origin.via).toEqual(["edge", "mtls"]);
      },
    );
    test("an identity's networks are compared with the forwarded client's address, not with the proxy's", async () => {
      const client = await gateway.issue("inside");
      await updateIdentity(gateway.harness.deps, admin, client.identityId, {
        networks: ["10.1.0.0/16"],
      });
      expect((await curl(gateway, edge, { headers: forwarded(client) })).status).toBe(200);
      for (const headers of [
        forwarded(client, "10.2.0.1"),
        forwarded(client, "unknown"),
        forwarded(client).slice(0, 1),
      ])
        expect((await curl(gateway, edge, { headers })).problem["code"]).toBe(
          "certificate.network",
        );
    });
    test("a trusted proxy's own certificate does not authenticate a client that presents none", async () => {
      const { answer, entries } = await ask(edge);
      expect([
        answer.status,
        answer.problem["code"],
        entries[0]?.actor.kind,
        entries[0]?.credential,
      ]).toEqual([401, "certificate.missing", "anonymous", null]);
    });
    test("a proxy can't forward certificates once its own is revoked or it is no longer trusted", async () => {
      const second = await gateway.issue("second-edge", { identityId: edge.identityId });
      expect((await curl(gateway, second, { headers: forwarded(good) })).status).toBe(200);
      await revokeCertificate(gateway.harness.deps, admin, second.certificate.id, {
        reason: "superseded",
      });
      expect((await curl(gateway, second, { headers: forwarded(good) })).problem["code"]).toBe(
        "certificate.revoked",
      );
      await removeProxy(gateway.harness.deps, admin, proxyId, { comment: "" });
      const { entries } = await ask(edge, { headers: forwarded(good) });
      expect(entries[0]).toMatchObject({
        actor: { id: edge.certificate.id },
        origin: { ip: "127.0.0.1", via: ["mtls"] },
      });
    });
  });
});

describe("changes while connections are open", () => {
  const options = (): ConnectionOptions => ({
    port: gateway.mtlsPort(),
    host: "127.0.0.1",
    servername: "localhost",
    ca: readFileSync(gateway.rootFile, "utf8"),
  });
  const line = "GET /api/v1/certificates HTTP/1.1\r\nHost: localhost\r\n";

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "a resumed %s session whose certificate was revoked meanwhile is refused, and the entry names the certificate",
    async (version) => {
      const client = await gateway.issue(`resumer-${version.toLowerCase().replace(".", "")}`),
        versions = { minVersion: version, maxVersion: version };
      const first = connect({ ...options(), ...versions, cert: client.cert, key: client.key }),
        session = once(first, "session") as Promise<[Buffer]>;
      first.write(`${line}Connection: close\r\n\r\n`);
      let text = "";
      for await (const piece of first) text += String(piece);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
      await revokeCertificate(gateway.harness.deps, admin, client.certificate.id, {
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
      expect((await gateway.entries()).filter(ofClients).at(-1)).toMatchObject({
        action: "request.refused",
        actor: { id: client.certificate.id },
      });
    },
  );
  test("on an open connection a revocation applies from the next request on", async () => {
    const client = await gateway.issue("kept"),
      socket = connect({ ...options(), cert: client.cert, key: client.key });
    const statusOfNext = async (): Promise<string> => {
      const piece = once(socket, "data") as Promise<[Buffer]>;
      socket.write(`${line}\r\n`);
      return String((await piece)[0]).slice(9, 12);
    };
    expect([await statusOfNext(), await statusOfNext()]).toEqual(["200", "200"]);
    await revokeCertificate(gateway.harness.deps, admin, client.certificate.id, {
      reason: "superseded",
    });
    expect(await statusOfNext()).toBe("401");
    socket.destroy();
  });
  test("a new CA is trusted without a restart: handshakes name it, and a forgery in its name is refused as forged, not as unknown", async () => {
    const authority = await createConfirmedAuthority(
      gateway.harness.deps,
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
          `openssl s_client -connect 127.0.0.1:${gateway.mtlsPort()} -CAfile ${gateway.rootFile} </dev/null 2>/dev/null`,
        ])
      ).stdout;
    await until(async () => (await asked()).includes("Second Root"));
    await until(async () => (await fetch(`${gateway.httpUrl()}/ca/${authority.slug}.pem`)).ok);
    const forgery = await makeForeignCertificate(
      gateway,
      "second-forgery",
      "/O=Example/CN=Second Root",
    );
    await until(
      async () => (await curl(gateway, forgery)).problem["code"] === "certificate.forged",
    );
    expect((await curl(gateway, foreign)).problem["code"]).toBe("certificate.unknown-issuer");
  });
  test("an expired certificate is refused as expired", async () => {
    const short = await gateway.issue("short", { profile: "short-lived" });
    expect((await ask(short)).answer.status).toBe(200);
    gateway.harness.advance(9 * 3_600_000);
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
