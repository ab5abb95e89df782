import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity } from "@/e2e/support/api";
import { filesOf, verify } from "@/e2e/support/openssl";
import { run, runOrThrow, type RunResult } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, adminToken, chancery } from "@/e2e/support/world";
import { findRepoRoot } from "@/lib/runtime/repo-root";

const folder = mkdtempSync(join(tmpdir(), "chancery-request-"));
let identity = "";
let root = "";

test.beforeAll(async () => {
  identity = await createIdentity(adminApi(), "requests");
  root = join(folder, "root.pem");
  const command = join(findRepoRoot(), "tools/scripts/chancery.mjs");
  const env = { ...process.env, CHANCERY_DATA: chancery.data };
  writeFileSync(root, await runOrThrow(process.execPath, [command, "root"], { env }));
});

/** Runs the command as a service on another machine would: over HTTPS, without the data folder. */
function request(args: readonly string[], token: string | null = adminToken()): Promise<RunResult> {
  const command = join(findRepoRoot(), "tools/scripts/chancery.mjs");
  const env: NodeJS.ProcessEnv = { ...process.env, CHANCERY_DATA: join(folder, "nothing") };
  if (token !== null) env.CHANCERY_TOKEN = token;
  return run(process.execPath, [command, "request", ...args], { env });
}

const usual = (out: string, ...more: string[]): string[] =>
  [
    ["--profile", "tls-server", "--identity", identity, "--out", join(folder, out)],
    ["--url", chancery.https, "--ca", root, ...more],
  ].flat();
const file = (out: string, name: string) => join(folder, out, name);
const left = () => readdirSync(folder).filter((name) => name.startsWith(".chancery-request"));

/** The public key in PEM. */
const publicKey = (...args: string[]): Promise<string> => runOrThrow("openssl", args);

for (const kind of ["p-256", "rsa-3072"])
  test(`chancery request writes key, certificate and chain of type ${kind} as one folder, the key readable for its owner alone, and openssl verifies them`, async () => {
    const out = `written-${kind}`;
    const done = await request(
      usual(out, "--key", kind, "--name", `${kind}.example.com`, "--name", "10.1.2.3"),
    );
    expect(done.all).toMatch(/certificate [0-9a-f]+, valid until 20/);
    expect(readdirSync(join(folder, out)).toSorted()).toEqual([
      "cert.pem",
      "chain.pem",
      "fullchain.pem",
      "key.pem",
    ]);
    expect(statSync(file(out, "key.pem")).mode & 0o777).toBe(0o600);
    const read = (name: string) => readFileSync(file(out, name), "utf8");
    const rootPem = readFileSync(root, "utf8");
    expect((await verify(filesOf(read("cert.pem"), read("chain.pem"), rootPem))).all).toContain(
      ": OK",
    );
    expect(read("fullchain.pem")).toBe(read("cert.pem").trimEnd() + "\n" + read("chain.pem"));
    expect(await publicKey("pkey", "-in", file(out, "key.pem"), "-pubout")).toBe(
      await publicKey("x509", "-in", file(out, "cert.pem"), "-noout", "-pubkey"),
    );
    const text = await runOrThrow("openssl", ["x509", "-in", file(out, "cert.pem"), "-text"]);
    expect(text).toContain(`DNS:${kind}.example.com, IP Address:10.1.2.3`);
  });

test("a folder that exists is never overwritten, except with --force, which keeps the previous one", async () => {
  expect((await request(usual("kept", "--name", "kept.example.com"))).code).toBe(0);
  const before = readFileSync(file("kept", "key.pem"), "utf8");
  const again = await request(usual("kept", "--name", "kept.example.com"));
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("--force");
  expect(readFileSync(file("kept", "key.pem"), "utf8")).toBe(before);
  expect((await request(usual("kept", "--name", "kept.example.com", "--force"))).code).toBe(0);
  expect(readFileSync(file("kept", "key.pem"), "utf8")).not.toBe(before);
  expect(readFileSync(file("kept.previous", "key.pem"), "utf8")).toBe(before);
  expect(left()).toEqual([]);
});

test("a refused request names every reason, ends with 1, and leaves neither folder nor key", async () => {
  const refused = await request(
    usual("refused", "--name", "refused.example.org", "--name", "192.0.2.1"),
  );
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("refused.example.org");
  expect(refused.stderr).toContain("192.0.2.1");
  expect(existsSync(join(folder, "refused"))).toBe(false);
  expect(left()).toEqual([]);
});

for (const [what, args, says] of [
  ["no name", [], /--name is missing/],
  ["a wrong name", ["--name", "pay_1.example.com"], /labels of letters, digits and hyphens/],
  ["an unknown type of key", ["--name", "a.example.com", "--key", "dsa"], /--key is one of/],
  ["a lifetime that can't be read", ["--name", "a.example.com", "--lifetime", "soon"], /30d/],
  ["an unknown flag", ["--name", "a.example.com", "--days", "3"], /--days/],
] as const)
  test(`${what} is refused before a key is made or anything is sent`, async () => {
    const { code, stderr } = await request(usual("none", ...args));
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

test("a server whose certificate the given root doesn't verify gets no token and no CSR", async () => {
  const args = usual("untrusted", "--name", "a.example.com").filter(
    (one) => one !== "--ca" && one !== root,
  );
  const { code, stderr } = await request(args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/certificate|verify/i);
  expect(left()).toEqual([]);
});

test("without a token nothing is sent", async () => {
  const { code, stderr } = await request(usual("none", "--name", "a.example.com"), null);
  expect(code).toBe(2);
  expect(stderr).toContain("CHANCERY_TOKEN");
});

test("if the outcome stays unknown, each attempt had the same Idempotency-Key and CSR, and the key is kept", async () => {
  const seen: string[] = [];
  const server = createServer((incoming, answer) => {
    let body = "";
    incoming.on("data", (part: Buffer) => {
      body += part.toString();
    });
    incoming.on("end", () => {
      seen.push(`${incoming.headers["idempotency-key"] as string} ${body}`);
      if (seen.length === 2) incoming.socket.destroy();
      else answer.writeHead(503, { "content-type": "application/problem+json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await request(usual("unknown", "--name", "a.example.com", "--url", url));
  server.close();
  expect(code).toBe(1);
  expect(seen).toHaveLength(4);
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).not.toContain("PRIVATE");
  const [kept = ""] = left();
  expect(stderr).toContain(kept);
  expect(readFileSync(join(folder, kept, "key.pem"), "utf8")).toContain("BEGIN PRIVATE KEY");
});
