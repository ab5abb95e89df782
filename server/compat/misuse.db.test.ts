import { connect } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { hotPool } from "@/lib/db/database";
import {
  type CompatAsk,
  type CompatGateway,
  openCompatGateway,
} from "@/testing/gateway/compat-fixture";
import type { Client } from "@/testing/gateway/test-gateway";

let gateway: CompatGateway, identity: string, token: string, client: Client;
const subject = "/CN=shop.example.com";
const san = "DNS:shop.example.com";
const path = "/v1/pki/sign/tls-server";
const enrollPath = "/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll";
const loginPath = "/v1/auth/approle/login";
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", ["shop.example.com"]);
  token = await gateway.serviceToken(identity);
  client = await gateway.issue("shop", { identityId: identity });
});
afterAll(() => gateway.close());

const sign = (body: unknown, over: Partial<CompatAsk> = {}) =>
  gateway.sent({ path, token, body, ...over });
const enroll = (over: Record<string, unknown> = {}, ask: Partial<CompatAsk> = {}) =>
  gateway.sent({
    path: enrollPath,
    client,
    body: {
      certificate_request: gateway.pem(subject, san),
      certificate_profile_name: "tls-server",
      end_entity_profile_name: "shop",
      certificate_authority_name: "issuing",
      username: "u",
      password: "p",
      include_chain: true,
      ...over,
    },
    ...ask,
  });

describe("what the database can't hold is refused, never a bug", () => {
  test.each([
    ["a NUL", "tls\u0000server"],
    ["half of a surrogate pair", "tls\ud800server"],
    ["150,000 letters", "x".repeat(150_000)],
  ])("a profile of %s isn't known, and isn't repeated whole", async (_what, name) => {
    const { reply } = await enroll({ certificate_profile_name: name });
    expect(reply.status).toBe(404);
    expect(reply.body.length).toBeLessThan(1_000);
  });
  test.each([
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-02-31T00:00:00Z",
  ])("a certificate until %s", async (not_after) => {
    const { reply } = await sign({ csr: gateway.pem(subject, san), not_after });
    expect(reply.status).toBe(400);
  });
  test("an end in the year 0", async () => {
    const { reply } = await enroll({ end_time: "0000-01-01 00:00:00" });
    expect(reply.status).toBe(400);
  });
  test("unknown fields of a stranger are named in plain letters, and only some", async () => {
    const names = Array.from({ length: 200 }, (_, n) => `${n}${"\u202e漢".repeat(20)}`);
    const body = Object.fromEntries(names.map((name) => [name, 1]));
    const { reply, entries } = await gateway.sent({ path: loginPath, body });
    expect(reply.body).toMatch(/0\?+, 1\?+,[^]*190 more/);
    expect(JSON.stringify(entries).length).toBeLessThan(3_000);
  });
});

describe("a certificate of the connection", () => {
  test.each<[string, Partial<CompatAsk>]>([
    ["a call that isn't offered", { path: "/v1/secret/data/x", token: undefined }],
    ["a wrong token", { token: `chy_${"A".repeat(43)}` }],
    ["a wrong method", { method: "DELETE", token: undefined, body: undefined }],
    ["a namespace", { token: undefined, headers: { "x-vault-namespace": "a" } }],
    [
      "a wrong AppRole",
      { path: loginPath, token: undefined, body: { role_id: "a", secret_id: "b" } },
    ],
  ])("is named by the entry of each refusal for %s", async (_what, over) => {
    const ids: unknown[] = [];
    for (let n = 0; n < 8; n += 1) {
      const { entries } = await sign({ csr: "x" }, { client, ...over });
      ids.push(...entries.map(({ credential }) => credential?.certificateId));
    }
    expect(ids).toEqual(Array.from({ length: 8 }, () => client.certificate.id));
  });
  test("is named where a secret in the body counts", async () => {
    const body = { role_id: identity, secret_id: token };
    const login = await gateway.sent({ path: loginPath, body, client });
    const { id, secret } = await gateway.secretFor(identity);
    const enrolled = await enroll({ username: id, password: secret });
    expect([login, enrolled].map(({ entries }) => entries[0]?.credential?.certificateId)).toEqual([
      client.certificate.id,
      client.certificate.id,
    ]);
  });
  test("logs no one in from a foreign page, whatever token the page sends with it", async () => {
    const headers = {
      Origin: "https://evil.example",
      "Sec-Fetch-Site": "cross-site",
      Authorization: "Bearer x",
    };
    const asked = await gateway.sent({ path: "/v1/auth/cert/login", body: {}, client, headers });
    expect(asked.reply.status).toBe(400);
    expect(asked.entries.map(({ action }) => action)).toEqual(["request.refused"]);
  });
});

test("a spent secret is recorded as such, whatever CA it is sent with", async () => {
  const { id, secret } = await gateway.secretFor(identity);
  const body = { username: id, password: secret };
  expect((await enroll(body, { client: undefined })).reply.status).toBe(201);
  const again = { ...body, certificate_authority_name: "root" };
  const { entries } = await enroll(again, { client: undefined });
  expect(entries.map(({ action }) => action)).toEqual(["enrollment-secret.refused"]);
});

test.each([loginPath, enrollPath, "/.well-known/est/tls-server/simpleenroll"])(
  "a stranger that goes away in the middle of its body to %s is no bug",
  async (where) => {
    const lines: string[] = [];
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
    const port = Number(new URL(gateway.httpsUrl()).port);
    for (let n = 0; n < 5; n += 1) await goAway(port, where);
    await pause(300);
    spy.mockRestore();
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  },
);

const goAway = (port: number, where: string): Promise<void> =>
  new Promise((resolve) => {
    const head = `POST ${where} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"role`;
    const to = { port, host: "127.0.0.1", rejectUnauthorized: false, servername: "localhost" };
    const socket = connect(to, () => {
      socket.write(head, () =>
        setTimeout(() => {
          socket.destroy();
          resolve();
        }, 30),
      );
    });
    socket.on("error", () => {});
  });

describe("a database that is away", () => {
  type Query = (...args: unknown[]) => Promise<unknown>;
  const pools: { query: Query }[] = [];
  const queries: Query[] = [];
  afterEach(() => {
    for (const [at, pool] of pools.entries()) pool.query = queries[at] as Query;
    pools.length = 0;
    queries.length = 0;
  });
  /** Replaces what the pools of the use cases do with a statement. */
  const replace = (
    instead: (statement: string, run: () => Promise<unknown>) => Promise<unknown>,
  ) => {
    const { db } = gateway.harness.deps;
    for (const pool of new Set([db.pool, hotPool(db)]) as unknown as { query: Query }[]) {
      const own = pool.query;
      pools.push(pool);
      queries.push(own);
      pool.query = (...args) => {
        const [first] = args as [string | { name?: string; text?: string }];
        const statement = typeof first === "string" ? first : `${first.name} ${first.text}`;
        return instead(statement, () => own.apply(pool, args));
      };
    }
  };
  const refused = () =>
    Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));

  test.each(["profile_by_ref", "api_token"])("while it reads %s is 503", async (name) => {
    replace((statement, run) => (statement.includes(name) ? refused() : run()));
    const asked = await gateway.send({ path, token, body: { csr: gateway.pem(subject, san) } });
    expect(asked.status).toBe(503);
  });

  test("from the signature on: the answer says that the outcome isn't known", async () => {
    let isAway = false;
    replace(async (statement, run) => {
      if (isAway) return refused();
      const done = await run();
      if (!statement.startsWith("issuing_signatures")) return done;
      isAway = true;
      throw new Error("Connection terminated unexpectedly");
    });
    const asked = await gateway.send({ path, token, body: { csr: gateway.pem(subject, san) } });
    expect(isAway).toBe(true);
    expect([asked.status, asked.body]).toEqual([503, expect.stringContaining("outcome.unknown")]);
  });
});
