import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { makeRawClient } from "@/testing/gateway/acme-client";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { openChallengeDns, type ChallengeDns } from "@/testing/gateway/challenge-dns";
import { freePorts } from "@/testing/free-ports";

const isMissing = !["lego", "pebble-challtestsrv"].every((name) => existsSync(`/usr/bin/${name}`));

let gateway: AcmeGateway;
let dns: ChallengeDns;
let httpPort: number;
let tlsPort: number;
const profile = "tls-server-proven";

beforeAll(async () => {
  if (isMissing && !process.env["CI"]) return;
  [httpPort = 0, tlsPort = 0] = await freePorts(2);
  dns = await openChallengeDns();
  gateway = await openAcmeGateway({ resolvers: [dns.resolver], httpPort, tlsPort });
  const { deps } = gateway.harness;
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const proven = { ...rules, acme: { validation: "challenge", caa: true } };
  const input = { slug: profile, name: profile, authority: "issuing", rules: proven };
  await createProfile(deps, adminActor(), profileInput.parse(input));
});
afterAll(async () => {
  dns?.close();
  await gateway?.close();
});

const lego = (key: CreatedAcmeKey, folder: string, args: readonly string[], verb: string[]) =>
  gateway.client(
    "lego",
    [
      `--server=${gateway.directory()}`,
      "--accept-tos",
      "--email=ops@example.com",
      `--path=${folder}`,
      "--eab",
      `--kid=${key.kid}`,
      `--hmac=${key.hmacKey ?? ""}`,
      ...args,
      ...verb,
    ],
    { EXEC_PATH: dns.script(gateway.file("set-txt.sh")), EXEC_PROPAGATION_TIMEOUT: "5" },
  );
const namesOf = (folder: string, file: string): string =>
  new X509Certificate(readFileSync(join(folder, "certificates", file))).subjectAltName ?? "";
const proven = () => ({ profiles: [profile] });

describe.skipIf(isMissing && !process.env["CI"])("lego proves control of a name", () => {
  test("by http-01: the name is added to the identity, and the entry says from which address it was proven", async () => {
    const key = await gateway.enroll("http", [], proven());
    const folder = gateway.home("lego-http");
    await lego(
      key,
      folder,
      ["--http", `--http.port=:${httpPort}`, "--domains=http.example.com"],
      ["run"],
    );
    expect(namesOf(folder, "http.example.com.crt")).toBe("DNS:http.example.com");
    expect((await gateway.entriesOf("acme.name-validated")).at(-1)).toMatchObject({
      details: { name: "dns:http.example.com", authorizedBy: "http-01", from: "127.0.0.1" },
    });
    expect((await gateway.entriesOf("identity.names-added")).at(-1)).toMatchObject({
      actor: { kind: "acme-account" },
      target: { id: key.identityId },
      details: { names: ["DNS:http.example.com"] },
    });
  });

  test("by tls-alpn-01", async () => {
    const key = await gateway.enroll("tls", [], proven());
    const folder = gateway.home("lego-tls");
    await lego(
      key,
      folder,
      ["--tls", `--tls.port=:${tlsPort}`, "--domains=tls.example.com"],
      ["run"],
    );
    expect(namesOf(folder, "tls.example.com.crt")).toBe("DNS:tls.example.com");
  });

  test("by dns-01, also for a wildcard, and revokes the certificate with its account", async () => {
    const key = await gateway.enroll("dns", [], proven());
    const folder = gateway.home("lego-dns");
    const args = [
      "--dns=exec",
      "--dns.disable-cp",
      `--dns.resolvers=${dns.resolver}`,
      "--domains=*.dns.example.com",
    ];
    await lego(key, folder, args, ["run"]);
    expect(namesOf(folder, "_.dns.example.com.crt")).toBe("DNS:*.dns.example.com");
    await lego(key, folder, args, ["revoke"]);
    expect((await gateway.entriesOf("certificate.revoked")).at(-1)).toMatchObject({
      actor: { kind: "acme-account", label: "ACME account of dns" },
    });
  });

  test("and gets no name that another identity holds, however well it proves control", async () => {
    await gateway.enroll("owner", ["taken.example.com"]);
    const key = await gateway.enroll("taker", [], proven());
    const args = ["--http", `--http.port=:${httpPort}`, "--domains=taken.example.com"];
    await expect(lego(key, gateway.home("lego-taken"), args, ["run"])).rejects.toThrow(
      /doesn't hold DNS:taken\.example\.com/,
    );
    expect((await gateway.entriesOf("acme.order-failed")).at(-1)).toMatchObject({
      outcome: "failure",
      actor: { label: "ACME account of taker" },
    });
  });
});

describe.skipIf(isMissing && !process.env["CI"])("validation by http-01", () => {
  test.each([
    [
      "a redirect to a cloud's metadata service",
      "http://169.254.169.254/latest",
      /metadata|link-local/,
    ],
    ["a redirect to another port", "http://127.0.0.1:22/", /redirect is to port 22/],
    ["a redirect to another scheme", "ftp://127.0.0.1/", /not to an http or https URL/],
    ["a redirect to itself without end", "", /redirects more than 3 times/],
    ["a body without end", null, /more than 1024 bytes/],
  ])(
    "%s fails and is recorded, and the client gets the reason",
    async (_what, location, problem) => {
      const server = await serve(location);
      try {
        const key = await gateway.enroll(`hostile-${++identities}`, [], proven());
        const client = makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
        await client.register(key);
        const { newOrder = "" } = await client.directory();
        const identifiers = [{ type: "dns", value: "hostile.example.com" }];
        const made = await client.post(newOrder, { identifiers });
        const [authorization = ""] = made.body["authorizations"] as string[];
        const offered = (await client.post(authorization, "")).body["challenges"] as {
          type: string;
          url: string;
        }[];
        await client.post(offered.find(({ type }) => type === "http-01")?.url ?? "", {});
        const read = () => client.post(authorization, "");
        await expect
          .poll(async () => (await read()).body["status"], { timeout: 60_000 })
          .toBe("invalid");
        expect((await read()).text).toMatch(problem);
        expect((await gateway.entriesOf("acme.challenge-failed")).at(-1)).toMatchObject({
          outcome: "failure",
          details: { name: "dns:hostile.example.com", challenge: "http-01" },
        });
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
  );
});

let identities = 0;

/** Redirects there, to itself for "", or answers without end for null. */
function serve(location: string | null): Promise<Server> {
  const server = createServer((request, response) => {
    if (location === null) {
      response.on("error", () => {});
      const more = (): boolean => response.write("x".repeat(600));
      response.on("drain", more);
      more();
      more();
      return;
    }
    response.writeHead(302, { location: location === "" ? (request.url ?? "/") : location }).end();
  });
  return new Promise((resolve) => server.listen(httpPort, "127.0.0.1", () => resolve(server)));
}
