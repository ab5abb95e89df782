import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuthorityIndex, makeAuthorityIndex } from "@/lib/status/authority-index";
import { ocspErrors } from "@/lib/status/ocsp-answer";
import { listen } from "@/lib/runtime/listen";
import type { Resource } from "@/server/http/resource";
import { makeThrowawayAuthority } from "@/testing/status/throwaway-authority";
import { makeAuthorityFiles } from "./authority-files";
import { makeMetrics } from "./metrics";
import { type Check, makeReadiness } from "./readiness";
import { makeStatusHandler } from "./status-handler";

let server: Server,
  base: string,
  index: AuthorityIndex,
  crl: Resource,
  ready: Check = async () => null,
  setUp: Check = async () => null,
  warning: string | null = null,
  local = true,
  clock = Date.now();

beforeAll(async () => {
  const [root, issuing] = await Promise.all([
    makeThrowawayAuthority("root"),
    makeThrowawayAuthority("issuing"),
  ]);
  index = makeAuthorityIndex([root.served, { ...issuing.served, parentId: root.served.id }]);
  const thisUpdate = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
  crl = {
    type: "application/pkix-crl",
    body: Buffer.from("crl"),
    etag: '"7-abc"',
    lastModified: thisUpdate,
    expires: new Date(thisUpdate.getTime() + 86_400_000),
    maxAge: 300,
  };
  const metrics = makeMetrics(),
    files = makeAuthorityFiles(index),
    now = () => clock;
  const gateway = makeStatusHandler({
    index: () => index,
    authorityFiles: () => files,
    metrics,
    now,
    ocsp: { answer: () => ocspErrors.unauthorized, count: metrics.countOcsp, now },
    crls: {
      find: (id, shard) => (id === issuing.served.id && shard === "" ? crl : null),
      findPem: async (ids) =>
        ids.length === 2 || ids[0] === issuing.served.id
          ? { ...crl, type: "application/x-pem-file", body: Buffer.from(ids.join("\n")) }
          : null,
      newest: () => [],
      statement: async () => null,
      reload: async () => {},
      accept: () => {},
    },
    isLocal: () => local,
    readiness: makeReadiness({
      warnings: () => ({ readers: async () => warning }),
      checks: () => ({ database: () => ready() }),
      setUp: () => setUp(),
      draining: () => false,
      now: () => (clock += 1000),
      boundary: "landlock",
    }),
    gauges: async () => [
      {
        name: "chancery_log_entries",
        help: "Entries.",
        samples: [{ labels: { odd: 'a"b\\c\nd' }, value: 3 }],
      },
    ],
  });
  server = createServer((request, response) => {
    if (!gateway(request, response)) response.writeHead(418).end();
  });
  base = `http://127.0.0.1:${await listen(server, { host: "127.0.0.1", port: 0, variable: "none" })}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("CRL", () => {
  test("a CRL is served with its times, and cached no longer than it is valid", async () => {
    const { status, headers } = await fetch(`${base}/crl/issuing.crl`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/pkix-crl");
    expect(headers.get("last-modified")).toBe(crl.lastModified.toUTCString());
    expect(headers.get("expires")).toBe(crl.expires!.toUTCString());
    expect(headers.get("cache-control")).toContain("max-age=300");
  });
  test("a CRL is not sent again to a client that has it, by entity tag or date; the tag has priority", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${base}/crl/issuing.crl`, { headers })).status;
    const date = crl.lastModified.toUTCString(),
      before = new Date(crl.lastModified.getTime() - 1000).toUTCString();
    expect(await ask({ "if-none-match": '"7-abc"' })).toBe(304);
    expect(await ask({ "if-none-match": '"1", W/"7-abc"' })).toBe(304);
    expect(await ask({ "if-modified-since": date })).toBe(304);
    expect(await ask({ "if-modified-since": before })).toBe(200);
    expect(await ask({ "if-none-match": '"6-abc"', "if-modified-since": date })).toBe(200);
    expect(await ask({ "if-modified-since": "yesterday" })).toBe(200);
  });

  test("gives no date that is later than the answer", async () => {
    const given = async (afterMs: number): Promise<string | null> => {
      clock = crl.lastModified.getTime() + afterMs;
      return (await fetch(`${base}/crl/issuing.crl`)).headers.get("last-modified");
    };
    expect(await given(-1)).toBeNull();
    expect(await given(0)).toBe(crl.lastModified.toUTCString());
    clock = Date.now();
  });
  test("a CA without a CRL that is valid now is 503 with a time to try again, in every form", async () => {
    for (const path of ["/crl/root.crl", "/crl/root.pem", "/crl/root/chain.pem"]) {
      const answer = await fetch(`${base}${path}`);
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });
  test("a CRL as PEM is of its CA alone, and the chain's are its own first and its root's last", async () => {
    const read = async (path: string) => (await fetch(`${base}${path}`)).text();
    const [root, issuing] = index.all.map(({ id }) => id);
    expect(await read("/crl/issuing.pem")).toBe(issuing);
    expect(await read("/crl/issuing/chain.pem")).toBe(`${issuing}\n${root}`);
  });
  test("for CRLs HEAD has no body, other methods are 405, and unknown CAs, shards and malformed paths are 404", async () => {
    const head = await fetch(`${base}/crl/issuing.crl`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      "3",
      "",
    ]);
    expect((await fetch(`${base}/crl/issuing.crl`, { method: "POST" })).status).toBe(405);
    for (const path of [
      "/crl/nobody.crl",
      "/crl/issuing/9.crl",
      "/crl/issuing.der",
      "/crl/issuing/9.pem",
      "/crl/nobody/chain.pem",
      "/crl/%2f..%2fca.crl",
      "/crl/Issuing.crl",
      "/crl/issuing",
      "/ca/",
      "/ca/root",
      "/ca/root.key",
      "/ca/__proto__.pem",
    ]) {
      expect((await fetch(base + path)).status).toBe(404);
    }
  });
  test("an expired CRL is served without a cache lifetime", async () => {
    const real = clock;
    clock = crl.expires!.getTime() + 5_000;
    expect((await fetch(`${base}/crl/issuing.crl`)).headers.get("cache-control")).toContain(
      "max-age=0",
    );
    clock = real;
  });
});

describe("CA certificates", () => {
  test("openssl reads each form of a CA certificate; a chain excludes the root CA, and the root CA's chain is itself", async () => {
    const get = async (path: string) => Buffer.from(await (await fetch(base + path)).arrayBuffer());
    const openssl = (args: string[], input: Buffer) =>
      execFileSync("openssl", args, { input }).toString();
    expect(
      openssl(["x509", "-inform", "DER", "-noout", "-subject"], await get("/ca/issuing.cer")),
    ).toContain("Example issuing");
    expect(openssl(["x509", "-noout", "-subject"], await get("/ca/root.pem"))).toContain(
      "Example root",
    );
    const bundle = openssl(
      ["pkcs7", "-inform", "DER", "-print_certs", "-noout"],
      await get("/ca/issuing.p7c"),
    );
    expect(bundle).toContain("Example issuing");
    expect(bundle).toContain("Example root");
    expect(
      (await get("/ca/issuing/chain.pem")).toString().match(/BEGIN CERTIFICATE/g),
    ).toHaveLength(1);
    expect(openssl(["x509", "-noout", "-subject"], await get("/ca/issuing/chain.pem"))).toContain(
      "Example issuing",
    );
    expect(openssl(["x509", "-noout", "-subject"], await get("/ca/root/chain.pem"))).toContain(
      "Example root",
    );
  });
});

describe("operations", () => {
  const readyz = async () => {
    const response = await fetch(`${base}/readyz`);
    return {
      status: response.status,
      body: (await response.json()) as { status: string; checks: Record<string, string> },
    };
  };
  test("/readyz is ready only if every check passes, and reports a pending setup with its reason", async () => {
    expect(await readyz()).toMatchObject({
      status: 200,
      body: {
        status: "ready",
        checks: { database: "ok", setup: "ok" },
        boundary: "landlock",
      },
    });
    setUp = async () => "pending: open the setup link";
    expect(await readyz()).toMatchObject({
      status: 503,
      body: { status: "setup-pending", checks: { setup: "pending: open the setup link" } },
    });
    setUp = async () => null;
  });
  test("/readyz of a node with a warning answers 200, is degraded and names it", async () => {
    warning = "alert rules: at entry 340 of 641 since 2026-11-29T00:33:36Z";
    expect(await readyz()).toMatchObject({
      status: 200,
      body: { status: "degraded", checks: { database: "ok", readers: warning } },
    });
    ready = async () => "away";
    expect(await readyz()).toMatchObject({ status: 503, body: { status: "not-ready" } });
    ready = async () => null;
    warning = null;
  });
  test("/readyz names a check that fails or hangs without internal details", async () => {
    ready = async () => {
      throw new Error("password authentication failed for chancery_app");
    };
    const failed = await readyz();
    expect(failed).toMatchObject({ status: 503, body: { status: "not-ready" } });
    expect(JSON.stringify(failed.body)).not.toContain("password");
    ready = () => new Promise(() => {});
    expect((await readyz()).body.checks.database).toBe("does not respond");
    ready = async () => null;
  });
  test("from other machines /readyz says only whether this node is ready, and /metrics and credentials are left to the API", async () => {
    local = false;
    setUp = async () => "pending: open the setup link";
    expect(await readyz()).toEqual({ status: 503, body: { status: "setup-pending" } });
    setUp = async () => null;
    expect(await readyz()).toEqual({ status: 200, body: { status: "ready" } });
    expect((await fetch(`${base}/metrics`)).status).toBe(418);
    const headers = { authorization: "Bearer chy_x" };
    expect((await fetch(`${base}/readyz`, { headers })).status).toBe(418);
    local = true;
  });
  test("/healthz depends on nothing, metrics escape their labels, and other paths are not handled", async () => {
    ready = async () => {
      throw new Error("gone");
    };
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    ready = async () => null;
    await fetch(`${base}/ocsp`, { method: "POST", body: "x" });
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(text).toContain('chancery_ocsp_answers_total{status="unauthorized"} 1');
    expect(text).toContain('chancery_log_entries{odd="a\\"b\\\\c\\nd"} 3');
    for (const path of ["/", "/ocspx", "/healthz/", "/readyzz", "/metrics/x", "/api/v1/status/a/b"])
      expect((await fetch(base + path)).status).toBe(418);
  });
});
