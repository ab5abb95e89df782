import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAuthorityIndex } from "@/lib/status/authority-index";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { failures } from "@/lib/status/ocsp-answer";
import { listen } from "@/server/listeners/listen";
import { makeAuthorityFiles } from "@/server/status/authority-files";
import { makeMetrics } from "@/server/status/metrics";
import { makeReadiness } from "@/server/status/readiness";
import type { Check } from "@/server/status/readiness";
import type { Resource } from "@/server/status/resource";
import { makeStatusDoor } from "@/server/status/status-door";
import { makeThrowawayAuthority } from "@/server/status/testing/throwaway-authority";

let server: Server,
  base: string,
  index: AuthorityIndex,
  crl: Resource,
  ready: Check = async () => null,
  setUp: Check = async () => null,
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
  const door = makeStatusDoor({
    index: () => index,
    authorityFiles: () => files,
    metrics,
    now,
    ocsp: { answer: () => failures.unauthorized, count: metrics.countOcsp, now },
    crls: {
      find: (id, shard) => (id === issuing.served.id && shard === "" ? crl : null),
      newest: () => [],
      reload: async () => {},
    },
    readiness: makeReadiness({
      checks: () => ({ database: () => ready() }),
      setUp: () => setUp(),
      draining: () => false,
      now: () => (clock += 1000),
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
    if (!door(request, response)) response.writeHead(418).end();
  });
  base = `http://127.0.0.1:${await listen(server, { host: "127.0.0.1", port: 0, variable: "none" })}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("CRL", () => {
  test("is served with its times, for at most as long as it is good", async () => {
    const { status, headers } = await fetch(`${base}/crl/issuing.crl`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/pkix-crl");
    expect(headers.get("last-modified")).toBe(crl.lastModified.toUTCString());
    expect(headers.get("expires")).toBe(crl.expires!.toUTCString());
    expect(headers.get("cache-control")).toContain("max-age=300");
  });
  test("is not sent again to who has it, by tag or by date; the tag wins", async () => {
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
  test("HEAD has no body; other methods are 405; unknown authorities, shards and odd paths are 404", async () => {
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
      "/crl/root.crl",
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
  test("one that has run out is served with no time to keep it", async () => {
    const real = clock;
    clock = crl.expires!.getTime() + 5_000;
    expect((await fetch(`${base}/crl/issuing.crl`)).headers.get("cache-control")).toContain(
      "max-age=0",
    );
    clock = real;
  });
});

describe("CA certificates", () => {
  test("openssl reads each form; the chain ends below the root, and the root's chain is the root", async () => {
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
  test("ready only if every part works; before setup it says so, and why", async () => {
    expect(await readyz()).toMatchObject({
      status: 200,
      body: { status: "ready", checks: { database: "ok", setup: "ok" } },
    });
    setUp = async () => "pending: open the setup link";
    expect(await readyz()).toMatchObject({
      status: 503,
      body: { status: "setup-pending", checks: { setup: "pending: open the setup link" } },
    });
    setUp = async () => null;
  });
  test("a part that fails or hangs is named without its innards", async () => {
    ready = async () => {
      throw new Error("password authentication failed for chancery_app");
    };
    const failed = await readyz();
    expect(failed).toMatchObject({ status: 503, body: { status: "not-ready" } });
    expect(JSON.stringify(failed.body)).not.toContain("password");
    ready = () => new Promise(() => {});
    expect((await readyz()).body.checks.database).toBe("does not answer");
    ready = async () => null;
  });
  test("liveness does not depend on anything, metrics escape their labels, other paths are not taken", async () => {
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
