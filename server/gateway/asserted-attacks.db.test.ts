import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scopeOfActor, permissions } from "@/lib/access/permissions";
import { signInWithCertificate } from "@/lib/accounts/sign-in-with-certificate";
import { proxyScopes, type ProxyScope } from "@/lib/proxies/schema";
import { makePerson, type Person } from "@/testing/accounts/person";
import { adminActor, assertedActor } from "@/testing/actors";
import {
  forwardedBy,
  openConnection,
  setProxyScopes,
  trustProxy,
} from "@/testing/gateway/proxy-requests";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

// Someone has the key of a trusted proxy and has seen the certificate of an administrator, which is
// public. Neither the administrator's key nor a token is theirs.
const admin = adminActor();
let gateway: TestGateway, administrator: Person, edge: Client, edgeId: string, csr: string;
let stolen: ReturnType<typeof openConnection>;

beforeAll(async () => {
  gateway = await openTestGateway();
  const { deps } = gateway.harness;
  administrator = await makePerson(deps, admin, "admin");
  edge = await gateway.issue("edge");
  edgeId = await trustProxy(deps, edge.identityId, "nginx");
  stolen = openConnection(gateway, edge);
  csr = makeCsr(gateway);
});
afterAll(async () => {
  stolen.close();
  await gateway.close();
});

/** A request for a certificate on a key of the attacker. */
function makeCsr({ file }: TestGateway): string {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-subj", "/CN=ada.example.com", "-addext", "subjectAltName=DNS:ada.example.com"];
  const out = ["-keyout", file("mine.key"), "-out", file("mine.csr")];
  execFileSync("openssl", ["req", "-new", ...key, ...out, ...subject], { stdio: "ignore" });
  return readFileSync(file("mine.csr"), "utf8");
}

const asAdministrator = () => ({
  ...forwardedBy.nginx({ cert: administrator.certificate.pem ?? "" }).headers,
  "content-type": "application/json",
});
const post = (path: string, body: object) =>
  stolen.ask({
    method: "POST",
    path: `/api/v1${path}`,
    headers: asAdministrator(),
    body: JSON.stringify(body),
  });
const countCertificates = async (): Promise<number> =>
  gateway.harness.deps.db.prisma.certificate.count();

describe.each<[string, ProxyScope[]]>([
  ["forward auth", ["forward-auth"]],
  ["the API", ["api"]],
  ["the console", ["console"]],
  ["everything", [...proxyScopes]],
])(
  "the stolen key of a proxy for %s, with the public certificate of an administrator,",
  (_, scopes) => {
    beforeAll(() => setProxyScopes(gateway.harness.deps, edgeId, scopes));
    const code = scopes.includes("api") ? "certificate.asserted" : "proxy.scope";

    test.each<[string, string, () => object]>([
      [
        "has no certificate issued",
        "/certificates",
        () => ({ profile: "tls-client-person", identity: administrator.identity.id, csr }),
      ],
      [
        "has none previewed",
        "/certificates/preview",
        () => ({ profile: "tls-client-person", identity: administrator.identity.id, csr }),
      ],
      ["rotates none", "/certificates/ID/rotate", () => ({ csr })],
      ["releases none from hold", "/certificates/ID/release", () => ({})],
      [
        "reports no events",
        "/audit/events",
        () => ({ boot: "b", events: [{ n: 1, name: "x", occurredAt: "2026-11-28T00:00:00Z" }] }),
      ],
    ])("%s, and the refusal names the proxy", async (_what, path, body) => {
      const before = await countCertificates();
      const answer = await post(path.replace("ID", administrator.certificate.id), body());
      expect([answer.status, answer.problem["code"]]).toEqual([403, code]);
      expect(await countCertificates()).toBe(before);
      const refused = (await gateway.entries()).filter(
        ({ action }) => action === "request.refused",
      );
      expect(refused.at(-1)).toMatchObject({
        action: "request.refused",
        outcome: "denied",
        details: { code, proxyId: edgeId },
        origin: { via: ["edge", "mtls"] },
      });
    });

    test("has no rights of an administrator", async () => {
      for (const path of ["/users", "/proxies", "/tokens", "/audit/events", "/identities"]) {
        const answer = await stolen.ask({ path: `/api/v1${path}`, headers: asAdministrator() });
        expect([answer.status, answer.problem["code"]]).toEqual([
          403,
          scopes.includes("api") ? "forbidden" : "proxy.scope",
        ]);
      }
    });

    test("does not reach the console as the administrator", async () => {
      const answer = await stolen.ask({ path: "/sign-in", headers: asAdministrator() });
      // No console runs here: with the scope the request gets as far as its socket.
      const reached = [503, "console.unavailable"];
      expect([answer.status, answer.problem["code"]]).toEqual(
        scopes.includes("console") ? reached : [403, "proxy.scope"],
      );
    });
  },
);

test("no permission beyond reading and revoking its own is a service's on the word of a proxy", () => {
  const actor = assertedActor();
  expect(permissions.filter((permission) => scopeOfActor(actor, permission) !== "none")).toEqual([
    "profiles.read",
    "certificates.read",
    "certificates.revoke",
  ]);
});

test("signing in takes a certificate that was shown in the handshake, by its type", async () => {
  const peer = { ...administrator.peer, assertedBy: { id: edgeId, label: "edge" } };
  // @ts-expect-error An asserted certificate is no proven one: this must not compile.
  const attempt = () => signInWithCertificate(gateway.harness.deps, assertedActor(), peer);
  await expect(attempt()).rejects.toMatchObject({ code: "certificate.asserted" });
});
