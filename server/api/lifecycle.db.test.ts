import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { verifyCertificateDer } from "@/lib/client-auth/verify-certificate";
import { completeSetup } from "@/lib/setup/complete-setup";
import { authority } from "@/server/api/schemas/authority";
import { certificate, certificateItem, preview } from "@/server/api/schemas/certificate";
import { identity } from "@/server/api/schemas/people";
import { profile } from "@/server/api/schemas/profile";
import { type Answer, type Call, makeCall, problemOf } from "@/testing/api/client";
import { system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { routes } from "./all-routes";

let harness: Harness, call: Call, admin: string, service: string, other: string, folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "api-"));
  harness = await openHarness();
  call = makeCall(harness.deps);
  await completeSetup(harness.deps, system, {
    organization: "Example",
    adminEmail: "admin@example.com",
    adminPassword: "correct horse battery staple",
  });
  admin = await harness.tokenFor("admin");
  ids.mine = await newIdentity("payments");
  ids.theirs = await newIdentity("billing");
  service = await harness.tokenFor("service", ids.mine);
  other = await harness.tokenFor("service", ids.theirs);
});
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

const ids = { mine: "", theirs: "" };
const newIdentity = async (name: string) =>
  String(
    (
      await call("POST", "/identities", {
        token: admin,
        body: { kind: "service", name, owner: "team@example.com" },
      })
    ).body["id"],
  );
let keys = 0;
/** A signing request by openssl, with a new key. */
function makeCsr(name: string): string {
  const key = join(folder, `${++keys}.key`),
    csr = join(folder, `${keys}.csr`);
  execFileSync(
    "openssl",
    [
      "req",
      "-new",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      key,
      "-out",
      csr,
      "-subj",
      `/CN=${name}`,
      "-addext",
      `subjectAltName=DNS:${name}`,
    ],
    { stdio: "pipe" },
  );
  return readFileSync(csr, "utf8");
}
const issue = (token = admin, over: Record<string, unknown> = {}) =>
  call("POST", "/certificates", {
    token,
    body: { profile: "tls-server", identity: ids.mine, csr: makeCsr("pay.example.com"), ...over },
  });
/** The answer holds what the document says, all of it and nothing else. */
const expectDocumented = (schema: z.ZodType, value: unknown) => {
  expect(schema.parse(value)).toEqual(value);
};
const text = (answer: Answer, member: string) => String(answer.body[member]);

test("a certificate is issued, found by id, serial number and fingerprint, and revoked, with its entries in order", async () => {
  const issued = await issue();
  expect(issued.status, issued.text).toBe(201);
  expect(issued.headers.get("location")).toBe(`/api/v1/certificates/${text(issued, "id")}`);
  expect(issued.body).toMatchObject({
    status: "valid",
    subject: "CN=pay.example.com",
    sans: [{ type: "dns", value: "pay.example.com" }],
    identity: { id: ids.mine },
  });
  expectDocumented(certificate, issued.body);
  const leaf = new X509Certificate(text(issued, "pem")),
    issuer = new X509Certificate(text(issued, "chainPem"));
  expect(leaf.verify(issuer.publicKey)).toBe(true);
  expect(leaf.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(
    text(issued, "fingerprintSha256"),
  );
  for (const reference of ["id", "serial", "fingerprintSha256"]) {
    const found = await call("GET", `/certificates/${text(issued, reference)}`, { token: admin });
    expect(found.body["id"], reference).toBe(issued.body["id"]);
    expectDocumented(certificate, found.body);
  }
  const revoked = await call("POST", `/certificates/${text(issued, "serial")}/revoke`, {
    token: admin,
    body: { reason: "keyCompromise", comment: "laptop lost" },
  });
  expect(revoked.body).toMatchObject({
    status: "revoked",
    revocation: { reason: "keyCompromise", comment: "laptop lost" },
  });
  const again = await call("POST", `/certificates/${text(issued, "id")}/revoke`, {
    token: admin,
    body: { reason: "superseded" },
  });
  expect([again.status, again.body["revocation"]]).toEqual([200, revoked.body["revocation"]]);
  const status = await call("GET", `/status/issuing/${text(issued, "serial")}`);
  expect(status.body).toMatchObject({
    authority: "issuing",
    status: "revoked",
    reason: "keyCompromise",
  });
  const told = async (path: string) =>
    ((await call("GET", path, { token: admin })).body["items"] as { action: string }[]).map(
      (row) => row.action,
    );
  expect(
    (await told(`/audit/events?target=${text(issued, "id")}&reads=exclude`)).slice(0, 3),
  ).toEqual(["certificate.planned", "certificate.issued", "certificate.revoked"]);
  expect(
    (await told(`/certificates/${text(issued, "fingerprintSha256")}/custody`)).slice(0, 3),
  ).toEqual(["certificate.planned", "certificate.issued", "certificate.revoked"]);
});

test("a certificate is rotated to a new key, put on hold and released", async () => {
  const first = await issue(),
    rotated = await call("POST", `/certificates/${text(first, "id")}/rotate`, {
      token: admin,
      body: { csr: makeCsr("pay.example.com"), overlapSeconds: 3600 },
    });
  expect(rotated.status, rotated.text).toBe(201);
  expect(rotated.body["predecessorId"]).toBe(first.body["id"]);
  const act = (verb: string, body?: unknown) =>
    call("POST", `/certificates/${text(rotated, "id")}/${verb}`, {
      token: admin,
      ...(body === undefined ? {} : { body }),
    });
  expect((await act("revoke", { reason: "certificateHold" })).body["status"]).toBe("held");
  expect((await act("release")).body["status"]).toBe("valid");
});

describe("a refusal", () => {
  test("a refused issuance names every reason with its field, and is recorded once before the response", async () => {
    const { result, entries } = await harness.during(() =>
      issue(admin, { identity: "idn_none", validitySeconds: 4_000_000_000 }),
    );
    expect(problemOf(result)).toMatchObject({ status: 422, code: "certificate.refused" });
    const paths = (result.body["errors"] as { path: string }[]).map((row) => row.path);
    expect(paths).toEqual(expect.arrayContaining(["identity", "validitySeconds"]));
    expect(entries).toEqual([
      expect.objectContaining({ action: "certificate.refused", outcome: "denied" }),
    ]);
  });

  test.each([
    ["nonsense", "csr"],
    ["", "csr"],
    ["-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "csr"],
  ])("a refusal of the CSR %j names its field", async (csr, path) => {
    const { body, status } = await issue(admin, { csr });
    expect([400, 422]).toContain(status);
    expect((body["errors"] as { path: string }[]).map((row) => row.path)).toContain(path);
  });

  test("a key that another identity has is refused", async () => {
    const csr = makeCsr("pay.example.com");
    expect((await issue(admin, { csr })).status).toBe(201);
    const { status, text: answer } = await issue(admin, { csr, identity: ids.theirs });
    expect([status, answer]).toEqual([422, expect.stringContaining("key.other-identity")]);
  });
});

describe("a service", () => {
  test("a service issues, reads and revokes for its own identity only; other certificates are not found", async () => {
    const mine = await issue(service);
    expect(mine.status, mine.text).toBe(201);
    const path = `/certificates/${text(mine, "id")}`;
    expect((await call("GET", path, { token: service })).status).toBe(200);
    for (const [method, suffix, body] of [
      ["GET", "", undefined],
      ["GET", "/custody", undefined],
      ["POST", "/revoke", { reason: "superseded" }],
      ["POST", "/release", {}],
      ["POST", "/rotate", { csr: makeCsr("pay.example.com") }],
    ] as const) {
      const foreign = await call(method, `${path}${suffix}`, {
          token: other,
          ...(body ? { body } : {}),
        }),
        missing = await call(method, `/certificates/crt_none${suffix}`, {
          token: other,
          ...(body ? { body } : {}),
        });
      expect(problemOf(foreign), `${method} ${suffix}`).toEqual(problemOf(missing));
      expect(foreign.status).toBe(404);
    }
    for (const reference of ["serial", "fingerprintSha256"])
      expect(
        (await call("GET", `/certificates/${text(mine, reference)}`, { token: other })).status,
      ).toBe(404);
    const list = await call("GET", "/certificates", { token: other });
    expect(list.body["items"]).toEqual([]);
    expect((await issue(other)).status).not.toBe(201);
  });

  test("a service authenticates with its client certificate until that is revoked or its identity is suspended", async () => {
    const issued = await issue(admin, { profile: "tls-client-service" });
    expect(issued.status, issued.text).toBe(201);
    const judged = async (pem: string) => ({
      listener: "mtls" as const,
      decision: await verifyCertificateDer(
        harness.deps,
        () => [],
        new Uint8Array(new X509Certificate(pem).raw),
        null,
      ),
    });
    const pem = text(issued, "pem");
    const { result, entries } = await harness.during(async () =>
      call("GET", "/certificates", { context: await judged(pem) }),
    );
    expect(result.status, result.text).toBe(200);
    expect(entries[0]).toMatchObject({
      actor: { kind: "certificate", id: issued.body["id"] },
      credential: {
        serial: issued.body["serial"],
        fingerprintSha256: issued.body["fingerprintSha256"],
      },
    });
    expect(
      problemOf(
        await call("GET", "/certificates", { context: await judged(text(await issue(), "pem")) }),
      ),
    ).toMatchObject({ status: 403, code: "certificate.usage" });
    expect(
      problemOf(await call("GET", "/certificates", { context: { listener: "mtls" } })),
    ).toMatchObject({ status: 401, code: "certificate.missing" });
    await call("POST", `/certificates/${text(issued, "id")}/revoke`, {
      token: admin,
      body: { reason: "superseded" },
    });
    const refused = await harness.during(async () =>
      call("GET", "/certificates", { context: await judged(pem), token: admin }),
    );
    expect(problemOf(refused.result)).toMatchObject({ status: 401, code: "certificate.revoked" });
    expect(refused.entries).toEqual([
      expect.objectContaining({
        action: "request.refused",
        actor: { kind: "certificate", id: issued.body["id"], label: expect.any(String) as string },
      }),
    ]);
  });
});

test("the status endpoint needs no credential, records nothing, and never reports an unissued certificate as valid", async () => {
  const issued = await issue();
  const { result, entries } = await harness.during(async () => [
    await call("GET", `/status/issuing/${text(issued, "serial")}`),
    await call("GET", "/status/issuing/0102030405060708090a0b0c0d0e0f10"),
    await call("GET", "/status/root/" + text(issued, "serial")),
    await call("GET", "/status/none/01"),
    await call("GET", "/status/issuing/xyz"),
    await call("GET", "/status/issuing/01?x=1"),
  ]);
  expect(result.map((answer) => answer.body["status"])).toEqual([
    "valid",
    "unknown",
    "unknown",
    404,
    422,
    400,
  ]);
  expect(entries).toEqual([]);
});

test("the answers of preview, lists and single resources match the OpenAPI document", async () => {
  const shown = await call("POST", "/certificates/preview", {
    token: admin,
    body: { profile: "tls-server", identity: ids.mine, csr: makeCsr("pay.example.com") },
  });
  expectDocumented(preview, shown.body);
  for (const [path, schema] of [
    ["/authorities", authority],
    ["/profiles", profile],
    ["/identities", identity],
    ["/certificates", certificateItem],
  ] as const) {
    const items = (await call("GET", path, { token: admin })).body["items"] as { id: string }[];
    expect(items.length, path).toBeGreaterThan(0);
    for (const item of items) expectDocumented(schema, item);
    const single = routes.find((route) => route.method === "get" && route.path === `${path}/{id}`);
    expectDocumented(
      single?.response ?? schema,
      (await call("GET", `${path}/${items[0]?.id}`, { token: admin })).body,
    );
  }
  const search = routes.find((route) => route.path === "/audit/events");
  const found = await call("GET", "/audit/events?limit=200", { token: admin });
  if (search) expectDocumented(search.response, found.body);
  const first = (found.body["items"] as { id: string }[])[0],
    single = routes.find((route) => route.path === "/audit/events/{id}");
  if (single)
    expectDocumented(
      single.response,
      (await call("GET", `/audit/events/${first?.id}`, { token: admin })).body,
    );
});

test("lists of certificates filter by their fields", async () => {
  await issue();
  const count = async (query: string) =>
    ((await call("GET", `/certificates?${query}`, { token: admin })).body["items"] as unknown[])
      .length;
  expect(await count("status=valid&profile=tls-server")).toBeGreaterThan(0);
  expect(await count(`status=failed&identity=${ids.theirs}`)).toBe(0);
  expect(await count(`identity=${ids.theirs}&profile=tls-server`)).toBe(0);
  expect((await call("GET", "/certificates?state=valid", { token: admin })).status).toBe(400);
  expect(
    (
      (await call("GET", "/authorities?slug=root", { token: admin })).body["items"] as {
        kind: string;
      }[]
    ).map((row) => row.kind),
  ).toEqual(["root"]);
  expect(
    (
      (await call("GET", "/profiles?system=true", { token: admin })).body["items"] as {
        system: boolean;
      }[]
    ).every((row) => row.system),
  ).toBe(true);
});
