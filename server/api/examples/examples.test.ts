import { createHash, X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { toHex } from "@/lib/log/pure/bytes";
import { parseCsr } from "@/lib/pki/csr";
import { routes } from "@/server/api/all-routes";
import { makeApiReference } from "@/server/api/docs/pages";
import { escapeHtml } from "@/server/api/html";
import { openApiDocument } from "@/server/api/openapi";
import type { Operation } from "@/server/api/openapi-types";
import { addExamples } from "./add-examples";
import {
  exampleCaFingerprint,
  exampleCaPem,
  exampleCsr,
  exampleFingerprint,
  exampleKeySha256,
  examplePem,
  exampleSerial,
} from "./certificate-texts";

const document = openApiDocument(routes, "https://ca.example.com");
const reference = makeApiReference(document);
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const nouns = [...new Set(operations.flatMap(({ tags }) => tags))].map((tag) =>
  tag.toLowerCase().replaceAll(" ", "-"),
);
const routeOf = (operationId: string) =>
  routes.find(
    ({ method, path }) => document.paths[`/api/v1${path}`]?.[method]?.operationId === operationId,
  );
const withRoute = operations.flatMap((operation) => {
  const route = routeOf(operation.operationId);
  return route === undefined ? [] : [{ operation, route }];
});
const successOf = ({ responses }: Operation) =>
  Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1];

test("every value in the examples of the OpenAPI document is a chosen one", () => {
  expect(addExamples(structuredClone(document))).toEqual([]);
});

test("every example of a body is what the operation accepts, and every example of an answer is what it answers", () => {
  const problems = withRoute.flatMap(({ operation, route }) => {
    const { operationId, requestBody } = operation;
    const sent = requestBody?.content["application/json"]?.example;
    const answered = Object.values(successOf(operation)?.content ?? {})[0]?.example;
    return [
      { operationId, result: route.body?.safeParse(sent) },
      { operationId, result: route.response.safeParse(answered) },
    ];
  });
  expect(problems.length).toBe(2 * routes.length);
  expect(
    problems.flatMap(({ operationId, result }) =>
      result === undefined || result.success
        ? []
        : [`${operationId}: ${z.prettifyError(result.error)}`],
    ),
  ).toEqual([]);
});

test("an example of an answer has no field that the operation does not answer", () => {
  const problems = withRoute.flatMap(({ operation, route }) => {
    const answered: unknown = Object.values(successOf(operation)?.content ?? {})[0]?.example;
    return isDeepStrictEqual(route.response.parse(answered), answered)
      ? []
      : [operation.operationId];
  });
  expect(problems).toEqual([]);
});

test("the reference shows the command and the answer of every operation", () => {
  const html = nouns.map((noun) => reference.ofNoun(noun)).join("");
  for (const operation of operations) {
    const label = `${escapeHtml(operation.summary)}: Example`;
    expect(html, operation.operationId).toContain(`aria-label="${label} request"`);
    expect(html, operation.operationId).toContain(`aria-label="${label} response: `);
  }
});

test("an example has no token, and a public operation asks for none", () => {
  expect(reference.ofNoun("certificates")).toContain("Authorization: Bearer $CHANCERY_TOKEN");
  expect(reference.ofNoun("status")).not.toContain("CHANCERY_TOKEN");
});

test("the certificates and the CSR in the examples are what their serial numbers and digests say", () => {
  const certificate = new X509Certificate(examplePem);
  const ca = new X509Certificate(exampleCaPem);
  expect(certificate.verify(ca.publicKey)).toBe(true);
  expect(certificate.serialNumber.toLowerCase()).toBe(exampleSerial);
  expect(certificate.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(exampleFingerprint);
  expect(ca.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(exampleCaFingerprint);
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  expect(createHash("sha256").update(spki).digest("hex")).toBe(exampleKeySha256);
  expect(toHex(parseCsr(exampleCsr).key.spkiSha256)).toBe(exampleKeySha256);
});
