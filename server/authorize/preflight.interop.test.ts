import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updatePolicy } from "@/lib/policies/update-policy";
import { policyChange } from "@/lib/policies/schema";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import type { ClientFiles } from "@/testing/gateway/curl";
import { hasNginx } from "@/testing/gateway/nginx";
import { type NginxFixture, openNginxFixture } from "@/testing/gateway/nginx-fixture";

const admin = adminActor();
const marks = ["Origin: https://shop.example.com", "Access-Control-Request-Method: POST"];
let fixture: NginxFixture;

const preflight = (
  over: Readonly<{ path?: string; method?: string; headers?: readonly string[] }> = {},
  client: ClientFiles = null,
) => fixture.decided(() => fixture.ask(client, { method: "OPTIONS", headers: marks, ...over }));

describe.skipIf(!hasNginx() && !process.env["CI"])(
  "CORS preflights through Debian's nginx with the shipped configuration",
  () => {
    beforeAll(async () => {
      fixture = await openNginxFixture();
    });
    afterAll(() => fixture.close());

    test("without a rule for them, a preflight is denied as what it is: a request without a certificate", async () => {
      expect(await fixture.refusal(() => preflight())).toEqual([401, "certificate.missing"]);
    });

    describe("with a rule for preflights below /v1", () => {
      beforeAll(async () => {
        const rules = [
          { name: "no administration", effect: "deny", paths: ["/v1/admin/**"] },
          { name: "preflights", effect: "allow", preflight: true, paths: ["/v1/**"] },
          { name: "services", effect: "allow", kinds: ["service"], paths: ["/v1/**"] },
        ];
        await updatePolicy(
          fixture.gateway.harness.deps,
          admin,
          fixture.policyId,
          policyChange.parse({ rules }),
        );
      });

      test("a preflight reaches the service without any identity, and is one entry that names the rule", async () => {
        const { answer, reached, entries } = await fixture.outcome(() => preflight());
        expect([answer.status, reached.length]).toEqual([200, 1]);
        expect(reached[0]).toMatchObject({
          method: "OPTIONS",
          headers: { origin: "https://shop.example.com", "x-chancery-rule": "preflights" },
        });
        for (const header of ["identity", "identity-id", "identity-kind", "certificate", "profile"])
          expect(reached[0]!.headers[`x-chancery-${header}`]).toBeUndefined();
        expect(entries.at(-1)).toMatchObject({
          action: "request.authorized",
          outcome: "success",
          actor: { kind: "anonymous", id: null },
          credential: null,
          details: { method: "OPTIONS", path: "/v1/orders", rule: "preflights" },
        });
      });

      test.each<[string, () => ReturnType<typeof preflight>]>([
        ["another method without a certificate", () => preflight({ method: "POST" })],
        ["GET with the headers of a preflight", () => preflight({ method: "GET" })],
        ["OPTIONS without any of its headers", () => preflight({ headers: [] })],
        ["OPTIONS without the origin", () => preflight({ headers: marks.slice(1) })],
        ["OPTIONS without the method", () => preflight({ headers: marks.slice(0, 1) })],
        ["a path that the rule doesn't have", () => preflight({ path: "/v2/orders" })],
        ["a path that a rule denies", () => preflight({ path: "/v1/admin/users" })],
        [
          "a forged method in a header of the client",
          () => preflight({ method: "POST", headers: [...marks, "X-Original-Method: OPTIONS"] }),
        ],
      ])("%s is still denied without a certificate", async (_what, act) => {
        expect(await fixture.refusal(act)).toEqual([401, "certificate.missing"]);
      });

      test("a revoked certificate is refused as revoked: it is not no certificate", async () => {
        const lost = await fixture.gateway.issue("lost");
        await revokeCertificate(fixture.gateway.harness.deps, admin, lost.certificate.id, {
          reason: "keyCompromise",
          comment: "",
        });
        expect(await fixture.refusal(() => preflight({}, lost))).toEqual([
          401,
          "certificate.revoked",
        ]);
      });
      test("with a good certificate, OPTIONS is decided by the rules for certificates", async () => {
        const { reached } = await fixture.outcome(() => preflight({}, fixture.good));
        expect(reached[0]!.headers).toMatchObject({
          "x-chancery-identity": "orders",
          "x-chancery-rule": "services",
        });
      });
    });
  },
);
