import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { freePorts } from "@/testing/free-ports";

const root = findRepoRoot();
const script =
  /```sh\n([^]*?)```/.exec(readFileSync(join(root, "docs/by-example.md"), "utf8"))?.[1] ?? "";
const lines = script.trimEnd().split("\n");
const folder = mkdtempSync(join(tmpdir(), "chancery-example-"));

// What it writes must not be in the clone: an empty folder looks like one. The ports and the data
// folder are another's than 3000 and ./data, so
// that a Chancery which runs here already is not disturbed. Everything else is unchanged.
const instrumented = (port: number): string => {
  const own = lines.map((line) => line.replaceAll("localhost:3000", `localhost:${port}`));
  const ocsp = own.find((line) => line.startsWith("openssl ocsp"))?.replace(/ +#.*/, "");
  return [
    "trap 'kill -TERM $server; wait $server; echo $? > ended' EXIT",
    ...own.flatMap((line, index) => [
      `exec > out/${index} 2> err/${index}`,
      line,
      `echo $? > status/${index}; server=$!`,
    ]),
    `printf %s "$TOKEN" > token`,
    `until ${ocsp} > again 2>&1 && grep -q revoked again; do sleep 0.1; done`,
    `until curl -s http://localhost:${port}/crl/issuing.crl | openssl crl -inform DER -noout -text > crl && grep -q "Key Compromise" crl; do sleep 0.1; done`,
  ].join("\n");
};

const read = (path: string) => readFileSync(join(folder, path), "utf8");
const lineOf = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
const out = (pattern: RegExp) => read(`out/${lineOf(pattern)}`);

beforeAll(async () => {
  for (const name of ["out", "err", "status"]) mkdirSync(join(folder, name));
  for (const name of ["package.json", "tools", "node_modules"])
    symlinkSync(join(root, name), join(folder, name));
  const [http = 0, https = 0, mtls = 0] = await freePorts(3);
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(CHANCERY_|DATABASE_|NEXTAUTH_|NODE_ENV$|NODE_OPTIONS$|VITEST|npm_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(kept),
    CHANCERY_DATA: join(folder, "data"),
    CHANCERY_HTTP_PORT: String(http),
    CHANCERY_HTTPS_PORT: String(https),
    CHANCERY_MTLS_PORT: String(mtls),
    CHANCERY_PUBLIC_URL: `http://localhost:${http}`,
  };
  const shell = spawn("sh", ["-c", instrumented(http)], {
    cwd: folder,
    env: env as unknown as NodeJS.ProcessEnv,
    stdio: "ignore",
  });
  await new Promise((done) => shell.once("close", done));
}, 400_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the example script of docs/by-example.md", () => {
  test("every line of the example script succeeds", () => {
    const failed = lines
      .map((line, index) => ({
        line,
        status: read(`status/${index}`).trim(),
        said: read(`err/${index}`),
      }))
      .filter(({ status }) => status !== "0");
    expect(failed).toEqual([]);
  });

  test("the example script prints only the token on standard output", () => {
    expect(read("token")).toMatch(/^chy_[A-Za-z0-9_-]{43}$/);
  });

  test("the example script lists the root CA and the active issuing CA completely", () => {
    const { items, nextCursor } = JSON.parse(out(/api\/v1\/authorities /)) as {
      items: { id: string; slug: string; status: string }[];
      nextCursor: string | null;
    };
    expect(items.map(({ slug, status }) => `${slug} ${status}`)).toEqual([
      "root active",
      "issuing active",
    ]);
    expect(items.every(({ id }) => id.length > 0)).toBe(true);
    expect(nextCursor).toBeNull();
  });

  test("the example script issues a certificate whose chain openssl verifies", () => {
    expect(out(/^openssl verify/).trim()).toBe("c.pem: OK");
  });

  test("in the example script OCSP answers good, and revoked after the revocation", () => {
    const index = lineOf(/^openssl ocsp/);
    expect(read(`out/${index}`)).toContain("c.pem: good");
    expect(read(`err/${index}`)).toContain("Response verify OK");
    expect(read("again")).toContain("c.pem: revoked");
    expect(read("again")).toContain("Reason: keyCompromise");
  });

  test("the example script revokes with the given reason and comment", () => {
    expect(JSON.parse(out(/\/revoke/))).toMatchObject({
      status: "revoked",
      revocation: { reason: "keyCompromise", comment: "laptop lost" },
    });
  });

  test("after the example script, a CRL that openssl reads lists the revoked certificate", () => {
    expect(out(/issuing\.crl/)).toContain("Certificate Revocation List (CRL)");
    expect(read("crl")).toContain(
      `Serial Number: ${new X509Certificate(read("c.pem")).serialNumber}`,
    );
  });

  test("the example script finds the certificate's actions in the audit log, in order", () => {
    expect(
      out(/audit\/events/)
        .trim()
        .split("\n"),
    ).toEqual(["certificate.planned", "certificate.issued", "certificate.revoked"]);
  });

  test("Chancery, started by the example script, shuts down in order on request", () => {
    expect(read("ended").trim()).toBe("0");
    expect(read("out/0")).toContain("stopped in");
  });
});
