import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as openRequest, type RequestOptions } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";
import { routes } from "@/server/api/all-routes";

let gateway: TestGateway, client: Client;
beforeAll(async () => {
  gateway = await openTestGateway();
  client = await gateway.issue("payments");
});
afterAll(async () => {
  await gateway.close();
});

type Answer = Readonly<{ status: number; code: unknown; type: string; text: string }>;
async function send(path: string, options: RequestOptions, cert = true): Promise<Answer> {
  const request = openRequest({
    host: "127.0.0.1",
    port: gateway.mtlsPort(),
    rejectUnauthorized: false,
    path,
    method: "POST",
    ...(cert ? { cert: client.cert, key: client.key } : {}),
    ...options,
  });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response) text += String(piece);
  const type = response.headers["content-type"] ?? "";
  const code = type.includes("json") ? (JSON.parse(text) as { code?: unknown }).code : null;
  return { status: response.statusCode ?? 0, code, type, text };
}

const evil = "https://evil.example";
const foreign: readonly (readonly [string, Record<string, string>])[] = [
  ["another site", { "sec-fetch-site": "cross-site", origin: evil }],
  ["another port", { "sec-fetch-site": "same-site", origin: "https://127.0.0.1:1" }],
  ["another site, of which an old browser says only the origin", { origin: evil }],
  ["a sandboxed page", { origin: "null" }],
];
const own = (): readonly Record<string, string>[] => [
  { "sec-fetch-site": "same-origin", origin: gateway.mtlsUrl() },
  { "sec-fetch-site": "none" },
  { origin: gateway.mtlsUrl() },
  {},
];
const unsafe = routes
  .filter(({ method }) => method !== "get")
  .map(
    ({ method, path }) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "none_such")] as const,
  );

describe.each(unsafe)("%s %s", (method, route) => {
  test("is refused to a browser's certificate when another site sends it, and not when Chancery or a service does", async () => {
    for (const [, headers] of foreign)
      expect(await send(`/api/v1${route}`, { method, headers })).toMatchObject({
        status: 403,
        code: "request.foreign-origin",
      });
    for (const headers of own())
      expect((await send(`/api/v1${route}`, { method, headers })).code).not.toBe(
        "request.foreign-origin",
      );
  });
});

test("a page elsewhere can't release a certificate on hold through a visitor's certificate, though the request needs no body", async () => {
  const held = await gateway.issue("ledger");
  await revokeCertificate(gateway.harness.deps, adminActor(), held.certificate.id, {
    reason: "certificateHold",
    comment: "",
  });
  const path = `/api/v1/certificates/${held.certificate.id}/release`;
  for (const [, headers] of foreign)
    expect((await send(path, { headers })).code).toBe("request.foreign-origin");
  expect((await gateway.entries()).map(({ action }) => action)).not.toContain(
    "certificate.released",
  );
});

test.each([
  "/api/auth/callback/certificate",
  "/api/auth/callback/credentials",
  "/api/auth/signout",
  "/certificates",
  "/setup",
])(
  "the console never receives POST %s that another site sends, with a session, a certificate or neither",
  async (path) => {
    for (const cert of [true, false])
      for (const cookie of ["", "__Secure-next-auth.session-token=x"])
        for (const [, headers] of foreign)
          expect(await send(path, { headers: { ...headers, cookie } }, cert)).toMatchObject({
            status: 403,
            code: "request.foreign-origin",
          });
    // No console runs behind this gateway: a request that is let through finds none.
    for (const headers of own().slice(0, 3))
      expect((await send(path, { headers })).code).toBe("console.unavailable");
    expect(
      (await send(path, { headers: { cookie: "next-auth.session-token=x" } }, false)).code,
    ).toBe("request.foreign-origin");
  },
);

test("a foreign request is recorded with the site that sent it and the certificate that came along, without any power", async () => {
  const before = (await gateway.entries()).length;
  await send("/api/v1/certificates", { headers: foreign[0]![1] });
  await send("/sign-in", { headers: foreign[3]![1] }, false);
  const [withCertificate, without] = (await gateway.entries()).slice(before);
  expect(withCertificate).toMatchObject({
    action: "request.refused",
    outcome: "denied",
    reason: "sent by https://evil.example",
    actor: { kind: "certificate", label: "payments" },
    details: {
      code: "request.foreign-origin",
      method: "POST",
      path: "/api/v1/certificates",
      status: 403,
    },
  });
  expect(without).toMatchObject({
    reason: "sent by another site",
    actor: { kind: "anonymous" },
    details: { code: "request.foreign-origin", path: "/sign-in" },
  });
});

test("a form of another site is answered with a page that says what happened", async () => {
  const { status, type, text } = await send("/api/auth/signout", {
    headers: { "sec-fetch-site": "cross-site", accept: "text/html,*/*" },
  });
  expect([status, type]).toEqual([403, "text/html; charset=utf-8"]);
  expect(text).toContain("request.foreign-origin");
});

test("a token from another site is the token's own act", async () => {
  const token = await gateway.tokenFor("auditor");
  const answer = await send("/api/v1/certificates", {
    headers: { origin: evil, "sec-fetch-site": "cross-site", authorization: `Bearer ${token}` },
  });
  expect(answer).toMatchObject({ status: 403, code: "forbidden" });
});
