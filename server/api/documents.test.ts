import { errorCodes } from "@/lib/errors/codes";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import { routes } from "./all-routes";
import { makeApi } from "./app";
import { describeFields } from "./describe-fields";
import { openApiDocument, type Operation } from "./openapi";

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

test("the reference page shows every operation, runs nothing and loads nothing", async () => {
  const response = await get("/docs/api"),
    html = await response.text();
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  for (const { operation } of operations) expect(html).toContain(`id="${operation.operationId}"`);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(| on\w+=| style=/i);
  expect(
    [...html.matchAll(/(?:href|src)="([^"]*)"/g)].filter(
      ([, address = ""]) => !/^(#|\/api\/v1\/openapi\.json$)/.test(address),
    ),
  ).toEqual([]);
});

test("the reference page's content security policy allows its one style sheet by hash and nothing else", async () => {
  const response = await get("/docs/api"),
    style = /<style>([\s\S]*)<\/style>/.exec(await response.text())?.[1] ?? "";
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(policy).toMatch(/^default-src 'none'/);
  expect(policy).not.toMatch(/unsafe|script-src/);
});

test("every link within the reference page has a target, and every id is unique", async () => {
  const html = await (await get("/docs/api")).text(),
    ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id = ""] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
});

test("the documents answer HEAD, and another method with 405", async () => {
  expect((await get("/docs/api", "HEAD")).status).toBe(200);
  const refused = await get("/api/v1/openapi.json", "POST");
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("every field and parameter of the OpenAPI document has a description", () => {
  expect(describeFields(structuredClone(document))).toEqual([]);
});
