import { readFileSync } from "node:fs";
import { Agent, request as openRequest } from "node:https";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { adminActor } from "@/testing/actors";
import { makeForeignCertificate, readIssuerName } from "@/testing/gateway/curl";
import { hasNginx } from "@/testing/gateway/nginx";
import {
  type NginxFixture,
  openNginxFixture,
  type ProxiedRequest,
  type ProxiedResponse,
} from "@/testing/gateway/nginx-fixture";
import { until } from "@/testing/gateway/test-gateway";

// The shipped configuration in Debian's nginx, with a real service behind it and real clients
// before it.
const admin = adminActor();
let fixture: NginxFixture;
let gateway: NginxFixture["gateway"],
  nginx: NginxFixture["nginx"],
  good: NginxFixture["good"],
  ask: NginxFixture["ask"],
  decided: NginxFixture["decided"],
  refusal: NginxFixture["refusal"];

describe.skipIf(!hasNginx() && !process.env["CI"])(
  "Debian's nginx with the shipped configuration",
  () => {
    beforeAll(async () => {
      fixture = await openNginxFixture();
      ({ gateway, nginx, good, ask, decided, refusal } = fixture);
    });
    beforeEach(() => {
      fixture.upstream.received.length = 0;
    });
    afterAll(() => fixture.close());

    describe("refused, recorded, and never seen by the service:", () => {
      test("a certificate is refused from its revocation on, even on an open connection", async () => {
        const lost = await gateway.issue("lost"),
          agent = new Agent({
            keepAlive: true,
            maxSockets: 1,
            cert: lost.cert,
            key: lost.key,
            ca: readFileSync(gateway.rootFile),
          });
        const overOneConnection = () =>
          new Promise<ProxiedResponse & { reused: boolean }>((resolve, reject) => {
            const sent = openRequest(
              {
                agent,
                host: "127.0.0.1",
                servername: "payments.example.com",
                port: nginx.port,
                path: "/v1/orders",
              },
              (answer) => {
                let body = "";
                answer
                  .setEncoding("utf8")
                  .on("data", (chunk: string) => {
                    body += chunk;
                  })
                  .on("end", () =>
                    resolve({
                      status: answer.statusCode ?? 0,
                      head: "",
                      body,
                      reason: answer.headers["x-chancery-reason"]?.toString() ?? null,
                      reused: sent.reusedSocket,
                    }),
                  );
              },
            );
            sent.on("error", reject).end();
          });
        expect(await decided(overOneConnection)).toMatchObject({ status: 200 });
        await revokeCertificate(gateway.harness.deps, admin, lost.certificate.id, {
          reason: "keyCompromise",
          comment: "laptop lost",
        });
        let reused = false;
        expect(
          await refusal(
            async () => {
              const answer = await overOneConnection();
              ({ reused } = answer);
              return answer;
            },
            { actor: { kind: "certificate", id: lost.certificate.id, label: "lost" } },
          ),
        ).toEqual([401, "certificate.revoked"]);
        expect(reused).toBe(true);
        expect(await refusal(() => ask(lost))).toEqual([401, "certificate.revoked"]);
        agent.destroy();
      });
      test("an expired certificate is refused and recorded, and never reaches the service", async () => {
        const expired = await gateway.issue("expired", { validitySeconds: 5 });
        await until(() => Date.now() > Date.parse(expired.certificate.notAfter) + 1_000);
        expect(
          await refusal(() => ask(expired), {
            actor: { kind: "certificate", id: expired.certificate.id },
          }),
        ).toEqual([401, "certificate.expired"]);
      });
      test("a certificate of a suspended identity is refused and recorded, and never reaches the service", async () => {
        const client = await gateway.issue("left");
        await suspendIdentity(gateway.harness.deps, admin, client.identityId, { comment: "left" });
        expect(await refusal(() => ask(client))).toEqual([403, "identity.suspended"]);
      });
      test("a foreign certificate, one forged in our CA's name, and none are refused and recorded, and never reach the service", async () => {
        const foreign = await makeForeignCertificate(
            gateway,
            "foreign",
            "/O=Elsewhere/CN=Elsewhere Issuing",
          ),
          forged = await makeForeignCertificate(
            gateway,
            "forged",
            await readIssuerName(good.certFile),
          );
        expect(
          await refusal(() => ask(foreign), {
            actor: { kind: "anonymous" },
            credential: { certificateId: null, serial: foreign.serial },
          }),
        ).toEqual([401, "certificate.unknown-issuer"]);
        expect(await refusal(() => ask(forged))).toEqual([401, "certificate.forged"]);
        expect(await refusal(() => ask(null))).toEqual([401, "certificate.missing"]);
      });
      test("a stolen certificate, used outside its identity's networks, is refused and recorded, and never reaches the service", async () => {
        const bound = await gateway.issue("bound");
        await updateIdentity(gateway.harness.deps, admin, bound.identityId, {
          networks: ["127.0.0.1/32"],
        });
        expect((await decided(() => ask(bound))).status).toBe(200);
        expect(
          await refusal(() => ask(bound, { from: "127.0.0.77" }), {
            actor: { id: bound.certificate.id },
            origin: { ip: "127.0.0.77" },
          }),
        ).toEqual([403, "certificate.network"]);
      });
      test.each<[string, ProxiedRequest, string]>([
        ["what no rule allows", { method: "DELETE" }, "policy.no-rule"],
        ["what a rule denies", { path: "/admin/keys" }, "policy.denied"],
        ["a path that climbs", { path: "/v1/../admin/keys" }, "policy.path"],
        ["a path that climbs in disguise", { path: "/v1/%2e%2e/admin/keys" }, "policy.path"],
        ["a path of two readings", { path: "/v1//orders" }, "policy.path"],
        ["a path with a hidden slash", { path: "/v1/a%2f..%2f..%2fadmin" }, "policy.path"],
      ])("%s", async (_, asking, code) => {
        expect(await refusal(() => ask(good, asking))).toEqual([403, code]);
      });
    });
  },
);
