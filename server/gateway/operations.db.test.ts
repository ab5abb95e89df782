import { once } from "node:events";
import { type IncomingMessage, request as openHttp } from "node:http";
import { request as openHttps } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "@/lib/access/roles";
import { type Client, openTestGateway, type TestGateway } from "@/testing/gateway/test-gateway";

let gateway: TestGateway, client: Client;
beforeAll(async () => {
  gateway = await openTestGateway();
  client = await gateway.issue("prometheus");
});
afterAll(() => gateway.close());

type Answer = Readonly<{ status: number; code: unknown; text: string }>;
async function get(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  cert = false,
): Promise<Answer> {
  const request = url.startsWith("https:")
    ? openHttps(url, {
        headers,
        rejectUnauthorized: false,
        ...(cert ? { cert: client.cert, key: client.key } : {}),
      })
    : openHttp(url, { headers });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response) text += String(piece);
  const isJson = response.headers["content-type"]?.includes("json") === true;
  return {
    status: response.statusCode ?? 0,
    code: isJson ? (JSON.parse(text) as { code?: unknown }).code : null,
    text,
  };
}

/** From another machine, as far as a test on one machine can tell: a proxy in front says so. */
const elsewhere: readonly Readonly<Record<string, string>>[] = [
  { "x-forwarded-for": "192.0.2.7" },
  { forwarded: "for=192.0.2.7" },
  { via: "1.1 proxy" },
  { "x-real-ip": "192.0.2.7" },
];
const details = "chancery_";

test("a program on this machine reads metrics and details of readiness without a credential, on each port", async () => {
  for (const base of [gateway.httpUrl(), gateway.mtlsUrl()]) {
    expect(await get(`${base}/metrics`)).toMatchObject({ status: 200 });
    expect((await get(`${base}/metrics`)).text).toContain(details);
    expect((await get(`${base}/readyz`)).text).toContain('"checks"');
  }
});

test("no one else gets metrics or the details of readiness without a credential", async () => {
  for (const base of [gateway.httpUrl(), gateway.mtlsUrl()])
    for (const headers of elsewhere) {
      const metrics = await get(`${base}/metrics`, headers);
      expect(metrics.status).toBe(401);
      expect(metrics.text).not.toContain(details);
      expect(await get(`${base}/readyz`, headers)).toMatchObject({
        status: 200,
        text: '{"status":"ready"}',
      });
    }
});

test("a page under another name that leads to this machine reads neither", async () => {
  const headers = { host: "evil.example:3000" };
  expect(await get(`${gateway.httpUrl()}/metrics`, headers)).toMatchObject({
    status: 421,
    code: "host.unknown",
  });
  expect((await get(`${gateway.httpUrl()}/readyz`, headers)).text).toBe('{"status":"ready"}');
});

describe.each(["/metrics", "/readyz"])("%s with a credential", (path) => {
  test.each(roles.filter((role) => role !== "service"))(
    "is answered to a token of role %s, with an entry",
    async (role) => {
      const before = (await gateway.entries()).length;
      const authorization = `Bearer ${await gateway.tokenFor(role)}`;
      const answer = await get(gateway.mtlsUrl() + path, { ...elsewhere[0], authorization });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(path === "/metrics" ? details : '"checks"');
      expect(
        (await gateway.entries())
          .slice(before)
          .map(({ action, details: { path: at } }) => [action, at]),
      ).toContainEqual(["overview.read", path]);
    },
  );
  test("is refused to a service, an invented token and an empty one", async () => {
    const url = gateway.mtlsUrl() + path;
    for (const authorization of [`Bearer chy_${"A".repeat(43)}`, "Bearer ", "Basic eDp5", ""])
      expect(await get(url, { ...elsewhere[0], authorization })).toMatchObject({ status: 401 });
  });
});

test("a service's certificate doesn't open /metrics", async () => {
  expect(await get(`${gateway.mtlsUrl()}/metrics`, elsewhere[0], true)).toMatchObject({
    status: 403,
    code: "forbidden",
  });
});
