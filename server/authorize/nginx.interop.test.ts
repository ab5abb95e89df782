import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updateIdentity } from "@/lib/identities/update-identity";
import { updatePolicy } from "@/lib/policies/update-policy";
import { removeProxy } from "@/lib/proxies/remove-proxy";
import { adminActor } from "@/testing/actors";
import { hasNginx } from "@/testing/gateway/nginx";
import { type NginxFixture, openNginxFixture } from "@/testing/gateway/nginx-fixture";
import { until } from "@/testing/gateway/test-gateway";

// The shipped configuration in Debian's nginx, with a real service behind it and real clients
// before it.
const admin = adminActor();
let fixture: NginxFixture;
let gateway: NginxFixture["gateway"],
  upstream: NginxFixture["upstream"],
  good: NginxFixture["good"],
  policyId: NginxFixture["policyId"],
  proxyId: NginxFixture["proxyId"],
  ask: NginxFixture["ask"],
  decided: NginxFixture["decided"],
  outcome: NginxFixture["outcome"],
  refusal: NginxFixture["refusal"];

describe.skipIf(!hasNginx() && !process.env["CI"])(
  "Debian's nginx with the shipped configuration",
  () => {
    beforeAll(async () => {
      fixture = await openNginxFixture();
      ({ gateway, upstream, good, policyId, proxyId, ask, decided, outcome, refusal } = fixture);
    });
    beforeEach(() => {
      fixture.upstream.received.length = 0;
    });
    afterAll(() => fixture.close());

    describe("a good certificate", () => {
      test("a request with a valid certificate reaches the service with its identity, and the entry matches", async () => {
        const { answer, reached, entries } = await outcome(() =>
            decided(() =>
              ask(good, { path: "/v1/orders?limit=3", headers: ["User-Agent: shop/2"] }),
            ),
          ),
          { certificate } = good,
          entry = entries.at(-1);
        expect([answer.status, answer.body, reached.length]).toEqual([200, "paid", 1]);
        expect(reached[0]).toMatchObject({
          method: "GET",
          url: "/v1/orders?limit=3",
          headers: {
            "x-chancery-identity": "orders",
            "x-chancery-identity-id": good.identityId,
            "x-chancery-identity-kind": "service",
            "x-chancery-certificate": certificate.id,
            "x-chancery-serial": certificate.serial,
            "x-chancery-fingerprint": certificate.fingerprintSha256,
            "x-chancery-profile": "tls-client-service",
            "x-chancery-rule": "services read and write".replaceAll(" ", "%20"),
            "x-chancery-entry": entry?.id,
            "x-chancery-request": entry?.requestId,
            "x-forwarded-for": "127.0.0.1",
          },
        });
        expect(entry).toMatchObject({
          action: "request.authorized",
          actor: { kind: "certificate", id: certificate.id },
          credential: { serial: certificate.serial },
          target: { id: policyId },
          origin: { ip: "127.0.0.1", userAgent: "shop/2", via: ["edge", "mtls"] },
          details: { method: "GET", path: "/v1/orders", proxy: "edge" },
        });
      });
      test("a request's body reaches only the service", async () => {
        const body = `secret ${"x".repeat(200_000)}`,
          { reached, entries } = await outcome(() =>
            decided(() => ask(good, { method: "POST", body })),
          );
        expect(reached.map((request) => [request.method, request.body === body])).toEqual([
          ["POST", true],
        ]);
        expect(JSON.stringify(entries)).not.toContain("secret");
      });
      test("each of many concurrent requests that reached the service has one entry", async () => {
        upstream.received.length = 0;
        const work = Array.from({ length: 6 }, async (_, n) => {
          const codes = [];
          for (let m = 0; m < 8; m += 1)
            codes.push((await ask(good, { path: `/v1/orders/${n}/${m}` })).status);
          return codes;
        });
        const passed = (await Promise.all(work)).flat().filter((status) => status === 200).length,
          entries = new Map((await gateway.entries()).map((entry) => [entry.id, entry]));
        expect(upstream.received).toHaveLength(passed);
        expect(passed).toBeGreaterThan(0);
        expect(
          new Set(upstream.received.map(({ headers }) => headers["x-chancery-entry"])).size,
        ).toBe(passed);
        for (const { url, headers } of upstream.received)
          expect(entries.get(String(headers["x-chancery-entry"]))).toMatchObject({
            action: "request.authorized",
            details: { path: url },
          });
      });
    });

    describe("headers from outside change nothing:", () => {
      const pem = () =>
        encodeURIComponent(
          good.cert.split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n",
        );
      test("a certificate in a client's header is ignored", async () => {
        for (const name of [
          "X-SSL-Client-Cert",
          "X-Forwarded-Tls-Client-Cert",
          "Client-Cert",
          "X-Forwarded-Client-Cert",
        ]) {
          expect(await refusal(() => ask(null, { headers: [`${name}: ${pem()}`] }))).toEqual([
            401,
            "certificate.missing",
          ]);
        }
      });
      test("an address, a method and a path in a client's headers are ignored", async () => {
        const bound = await gateway.issue("bound-too");
        await updateIdentity(gateway.harness.deps, admin, bound.identityId, {
          networks: ["127.0.0.1/32"],
        });
        expect(
          await refusal(
            () =>
              ask(bound, {
                from: "127.0.0.78",
                headers: [
                  "X-Forwarded-For: 127.0.0.1",
                  "X-Real-IP: 127.0.0.1",
                  "Forwarded: for=127.0.0.1",
                ],
              }),
            { origin: { ip: "127.0.0.78" } },
          ),
        ).toEqual([403, "certificate.network"]);
        expect(
          await refusal(
            () =>
              ask(good, {
                path: "/admin/keys",
                method: "DELETE",
                headers: ["X-Original-URI: /v1/orders", "X-Original-Method: GET"],
              }),
            { details: { method: "DELETE", path: "/admin/keys" } },
          ),
        ).toEqual([403, "policy.denied"]);
      });
      test("identity headers written by the client never reach the service, in any spelling", async () => {
        const names = [
          "X-Chancery-Identity",
          "x-chancery-identity-id",
          "X-CHANCERY-IDENTITY-KIND",
          "X-Chancery-Certificate",
          "X-Chancery-Rule",
          "X-Chancery-Entry",
          "X-Chancery-Reason",
          "X_Chancery_Identity",
        ];
        const { reached } = await outcome(() =>
          decided(() => ask(good, { headers: names.map((name) => `${name}: administrator`) })),
        );
        expect(reached[0]?.headers["x-chancery-identity"]).toBe("orders");
        expect(JSON.stringify(reached)).not.toContain("administrator");
      });
      test("headers by which some frameworks override method or path never reach the service", async () => {
        const names = [
          "X-HTTP-Method-Override",
          "X-HTTP-Method",
          "X-Method-Override",
          "X-Original-URL",
          "X-Rewrite-URL",
        ];
        const { reached } = await outcome(() =>
          decided(() => ask(good, { headers: names.map((name) => `${name}: /admin/keys`) })),
        );
        expect(reached).toHaveLength(1);
        expect(JSON.stringify(reached)).not.toContain("admin");
      });
      test("a Chancery API token in the request is passed to the service only, and authorizes nothing", async () => {
        const token = await gateway.tokenFor("admin");
        expect(
          await refusal(() => ask(null, { headers: [`Authorization: Bearer ${token}`] })),
        ).toEqual([401, "certificate.missing"]);
      });
    });

    test("with nginx, a change of the policy applies from the next request on", async () => {
      await updatePolicy(gateway.harness.deps, admin, policyId, { status: "retired" });
      expect(await refusal(() => ask(good))).toEqual([403, "policy.retired"]);
      await updatePolicy(gateway.harness.deps, admin, policyId, { status: "active" });
      expect((await decided(() => ask(good))).status).toBe(200);
    });

    test("while Chancery is unavailable or can't record, nothing reaches the service, and service resumes by itself", async () => {
      await gateway.harness.asSuper("revoke insert (entry) on tlog.inbox from chancery_app");
      const unrecorded = await outcome(() => ask(good));
      await gateway.harness.asSuper("grant insert (entry) on tlog.inbox to chancery_app");
      expect([unrecorded.answer.status, unrecorded.reached]).toEqual([503, []]);
      expect((await decided(() => ask(good))).status).toBe(200);
      await gateway.stop();
      upstream.received.length = 0;
      const away = await ask(good);
      expect([away.status, upstream.received, /^retry-after: 2/im.test(away.head)]).toEqual([
        503,
        [],
        true,
      ]);
      await gateway.start();
      await until(async () => (await ask(good)).status === 200);
    });

    test("an nginx that is no longer trusted gets every request denied", async () => {
      await removeProxy(gateway.harness.deps, admin, proxyId, { comment: "retired" });
      const { answer, reached } = await outcome(() => decided(() => ask(good)));
      expect([answer.status, answer.reason, reached]).toEqual([403, "proxy.unknown", []]);
    });
  },
);
