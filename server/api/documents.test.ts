import { errorCodes } from "@/lib/errors/codes";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { routes } from "./all-routes";
import { makeApi } from "./app";
import { describeFields } from "./describe-fields";
import { openApiDocument } from "./openapi";
import type { Operation } from "./openapi-types";

// Neither document touches the database.
const api = makeApi({ publicUrl: "https://ca.example.com" } as GatewayDeps);
const get = (path: string, method = "GET") =>
  Promise.resolve(
    api.fetch(new Request(`http://localhost${path}`, { method }), {
      ip: null,
      port: null,
      listener: "http",
      via: ["http"],
      decision: null,
      proxy: null,
      forwardedRequest: null,
      requestId: "req_1",
    }),
  );
const document = openApiDocument(routes, "https://ca.example.com");
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("the OpenAPI document is public and describes every operation once", async () => {
  const response = await get("/api/v1/openapi.json");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(document);
  expect(document.openapi).toBe("3.1.0");
  expect(operations.map(({ path, method }) => `${method} ${path}`).toSorted()).toEqual(
    [
      ...routes.map(({ path, method }) => `${method} /api/v1${path}`),
      "get /api/v1/authorize",
      "get /api/v1/authorize/{service}",
    ].toSorted(),
  );
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(
    operations.length,
  );
});

test("in the OpenAPI document every reference resolves, every path parameter is described, and every refusal is a Problem", () => {
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(document.components.schemas, name).toHaveProperty(name);
  for (const { path, operation } of operations) {
    const described = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => parameter.name);
    expect(described, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const refusals = Object.entries(operation.responses).filter(
      ([status]) => !status.startsWith("2"),
    );
    expect(
      new Set(refusals.flatMap(([, { content }]) => Object.keys(content ?? {}))),
      path,
    ).toEqual(new Set(["application/problem+json"]));
  }
});

test("the code of a problem is one of the documented error codes", () => {
  const schemas = document.components.schemas as Record<string, { enum?: string[] }>;
  expect(schemas["ErrorCode"]?.enum).toEqual(Object.keys(errorCodes));
  expect(JSON.stringify(schemas["Problem"])).toContain("#/components/schemas/ErrorCode");
});

test("operations that need a credential declare it, and every POST takes an Idempotency-Key", () => {
  const named = (operation: Operation) =>
    (operation.parameters ?? []).map((parameter) => parameter.name.toLowerCase());
  for (const { path, method, operation } of operations) {
    expect(operation.security.length > 0, path).toBe(!path.includes("/status/"));
    expect(named(operation).includes("idempotency-key"), `${method} ${path}`).toBe(
      method === "post",
    );
  }
});

const nouns = [...new Set(operations.flatMap(({ operation }) => operation.tags))].map((tag) =>
  tag.toLowerCase().replaceAll(" ", "-"),
);
const pages = ["/docs/api", "/docs/api?q=certificate", ...nouns.map((noun) => `/docs/api/${noun}`)];
const htmlOf = async (path: string) => (await get(path)).text();
const linksOf = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, to = ""]) => to);
const idsOf = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);

test("the reference has a page for each noun, and each operation is on one of them and on the first page", async () => {
  const first = idsOf(await htmlOf("/docs/api"));
  const others = await Promise.all(nouns.map((noun) => htmlOf(`/docs/api/${noun}`)));
  for (const { operation } of operations) {
    expect(first).toContain(operation.operationId);
    expect(others.filter((html) => idsOf(html).includes(operation.operationId))).toHaveLength(1);
  }
  for (const noun of nouns) expect(first).toContain(`tag-${noun}`);
});

test("the reference says of every parameter and field what it means", async () => {
  const html = (await Promise.all(nouns.map((noun) => htmlOf(`/docs/api/${noun}`)))).join("");
  const rows = [...html.matchAll(/<tr><th scope="row"><code>([^<]*)<\/code><\/th>.*?<\/tr>/g)];
  expect(rows.length).toBeGreaterThan(1000);
  // Without the values that are allowed, the range and the default.
  const said = (row: string): string =>
    (/<\/small><\/td><td>(.*)<\/td><\/tr>$/.exec(row)?.[1] ?? "")
      .split("<br>")
      .filter(
        (line) =>
          !/^(<code>[^<]*<\/code> ?)+$|^((From|Up to) -?\d|Default <code>|-?\d+ to \d)/.test(line),
      )
      .join("");
  const bare = rows.filter(([row]) => said(row) === "");
  expect(bare.map(([, path]) => path)).toEqual([]);
});

test.each(pages)("%s runs nothing and loads nothing", async (path) => {
  const response = await get(path),
    html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(| src=| on\w+=| style=/i);
  expect(
    linksOf(html).filter((to) => !/^(#|\/docs\/api|\/api\/v1\/openapi\.json$)/.test(to)),
  ).toEqual([]);
});

test.each(pages)(
  "the content security policy of %s allows its one style sheet by hash and nothing else",
  async (path) => {
    const response = await get(path),
      style = /<style>([\s\S]*)<\/style>/.exec(await response.text())?.[1] ?? "";
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|script-src/);
  },
);

test.each(pages)("every link of %s has a target, and every id is unique", async (path) => {
  const html = await htmlOf(path),
    ids = idsOf(html);
  expect(new Set(ids).size).toBe(ids.length);
  const missing: string[] = [];
  for (const to of new Set(linksOf(html))) {
    const [page = "", id] = to.split("#");
    const target = page === "" ? await get(path) : await get(page);
    const isThere = id === undefined || idsOf(await target.text()).includes(id);
    if (!target.ok || !isThere) missing.push(to);
  }
  expect(missing).toEqual([]);
});

test("a search of the reference finds operations by path, text and field, and shows which fields match", async () => {
  const found = async (query: string) =>
    idsOf(await htmlOf(`/docs/api?q=${encodeURIComponent(query)}`)).filter((id) =>
      operations.some(({ operation }) => operation.operationId === id),
    );
  const revoke = operations.find(({ path }) => path.endsWith("/certificates/{id}/revoke"));
  expect(revoke).toBeDefined();
  expect(await found("Certificates/{id}/REVOKE")).toEqual([revoke?.operation.operationId]);
  expect(await found("revoke reason")).toContain(revoke?.operation.operationId);
  expect(await found("revoke no-such-word")).toEqual([]);
  expect((await found("")).length).toBe(operations.length);
  expect((await found("fingerprintSha256")).length).toBeLessThan(operations.length);
  expect(await htmlOf("/docs/api?q=fingerprintSha256")).toMatch(
    /Fields: <code>[^<]*fingerprintSha256/,
  );
});

test.each(['"><script>alert(1)</script>', "' onfocus='alert(1)", "&lt;", "x".repeat(10_000)])(
  "a search for %.30s is text on the page and nothing else",
  async (query) => {
    const html = await htmlOf(`/docs/api?q=${encodeURIComponent(query)}`);
    expect(html.replaceAll(/"[^"]*"/g, "")).not.toMatch(/<script|<[^>]* onfocus=/);
    expect(html).toMatch(/0 operations match/);
    expect(html.length).toBeLessThan(20_000);
  },
);

test.each(["no-such-noun", "Certificates", "certificates/x", "%2e%2e", "__proto__"])(
  "the reference has no page of %s",
  async (noun) => {
    const response = await get(`/docs/api/${noun}`);
    expect(response.ok).toBe(false);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  },
);

test("the documents answer HEAD, and another method with 405", async () => {
  for (const path of ["/docs/api", "/docs/api/certificates"]) {
    expect((await get(path, "HEAD")).status).toBe(200);
    expect((await get(path, "POST")).status).toBe(405);
  }
  const refused = await get("/api/v1/openapi.json", "POST");
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("every field and parameter of the OpenAPI document has a description", () => {
  expect(describeFields(structuredClone(document))).toEqual([]);
});
