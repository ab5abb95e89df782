import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nodeReleases } from "./node-release.mjs";
import { findNode } from "./node-runtime.mjs";

// A registry with one package, node-fake 24.99.0, whose node is a shell script.
const version = "24.99.0";
let registry: Server;
let requests = 0;
let served: Buffer;
let tarball: Buffer;
let scratch = "";
let folder = "";
let env: NodeJS.ProcessEnv;

const integrityOf = (bytes: Buffer) =>
  `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

function fakeNode(path: string, prints: string): string {
  writeFileSync(path, `#!/bin/sh\necho ${prints}\n`);
  chmodSync(path, 0o755);
  return path;
}

function pack(prints: string): Buffer {
  const place = mkdtempSync(join(scratch, "package-"));
  mkdirSync(join(place, "package", "bin"), { recursive: true });
  fakeNode(join(place, "package", "bin", "node"), prints);
  writeFileSync(join(place, "package", "LICENSE"), "");
  writeFileSync(join(place, "package", "package.json"), "{}");
  execFileSync("tar", ["-czf", "out.tgz", "package"], { cwd: place });
  return execFileSync("cat", [join(place, "out.tgz")]);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "chancery-node-"));
  tarball = pack(`v${version}`);
  registry = createServer((request, response) => {
    if (request.url?.endsWith(".tgz")) {
      requests += 1;
      return void response.end(served);
    }
    const base = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const dist = { tarball: `${base}/node-fake-${version}.tgz`, integrity: integrityOf(served) };
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name: "node-fake",
        "dist-tags": { latest: version },
        versions: { [version]: { name: "node-fake", version, dist } },
      }),
    );
  });
  await new Promise<void>((done) => registry.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  await new Promise((done) => registry.close(done));
  rmSync(scratch, { recursive: true, force: true });
});

beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, "clone-")), ".cache", "node");
  served = tarball;
  requests = 0;
  env = {
    ...process.env,
    CHANCERY_NODE: "",
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    npm_config_cache: mkdtempSync(join(scratch, "npm-")),
  };
});

const releases = () => ({
  "test-cpu": { package: "node-fake", version, integrity: integrityOf(tarball) },
});
const find = (over: Record<string, unknown> = {}) =>
  findNode({
    env,
    running: { path: "/usr/bin/node", version: "v20.20.2" },
    platform: "test-cpu",
    releases: releases(),
    folder,
    ...over,
  });
const downloaded = () => join(folder, `${version}-test-cpu`, "bin", "node");
const left = () => (existsSync(folder) ? readdirSync(folder) : []);

test("a Node 24 that starts Chancery is used as it is, whatever its minor version", async () => {
  expect(await find({ running: { path: "/own/node", version: "v24.0.0" } })).toBe("/own/node");
  expect(left()).toEqual([]);
});

test.each(["v20.19.0", "v22.20.0", "v25.1.0", "v26.12.1"])(
  "Node.js %s downloads the pinned release once and then uses what it has",
  async (running) => {
    const lines: string[] = [];
    const over = {
      running: { path: "/usr/bin/node", version: running },
      report: (line: string) => lines.push(line),
    };
    const path = await find(over);
    expect(path).toBe(downloaded());
    expect(execFileSync(path, { encoding: "utf8" })).toBe(`v${version}\n`);
    expect(await find(over)).toBe(path);
    expect(requests).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`Node.js ${version}`)]);
    expect(left()).toEqual([`${version}-test-cpu`]);
  },
);

test("a tarball that differs from the pinned one is refused even if the registry's integrity matches, and nothing of it is kept", async () => {
  served = pack(`v${version} # tampered`);
  await expect(find()).rejects.toThrow(/not the pinned release.*expected sha512-.*CHANCERY_NODE/s);
  expect(left()).toEqual([]);
});

test("a tarball that is what was pinned but does not start here is refused", async () => {
  served = pack("v24.98.0");
  const release = { package: "node-fake", version, integrity: integrityOf(served) };
  await expect(find({ releases: { "test-cpu": release } })).rejects.toThrow(/doesn't start here/);
  expect(left()).toEqual([]);
});

test("two starts at once both get a whole Node.js", async () => {
  const paths = await Promise.all([find(), find(), find()]);
  expect(new Set(paths)).toEqual(new Set([downloaded()]));
  expect(left()).toEqual([`${version}-test-cpu`]);
});

test("leftovers of a killed start are removed, a download in progress is not", async () => {
  for (const name of ["unfinished-old", "unfinished-new"])
    mkdirSync(join(folder, name), { recursive: true });
  utimesSync(join(folder, "unfinished-old"), 0, 0);
  await find();
  expect(left().sort()).toEqual([`${version}-test-cpu`, "unfinished-new"]);
});

test("CHANCERY_NODE wins over the running Node.js and over a downloaded one, and needs no registry", async () => {
  const own = fakeNode(join(scratch, "own-node"), "v24.5.0");
  const named = { ...env, CHANCERY_NODE: own, npm_config_registry: "http://127.0.0.1:1/" };
  expect(await find({ env: named })).toBe(own);
  expect(await find({ env: named, running: { path: "/other", version: "v24.22.3" } })).toBe(own);
});

test.each([
  ["does not exist", () => join(scratch, "none"), /CHANCERY_NODE is .*doesn't start \(ENOENT\)/],
  ["is a folder", () => scratch, /CHANCERY_NODE is .*doesn't start \(EACCES\)/],
  [
    "is another major version",
    () => fakeNode(join(scratch, "node-22"), "v22.20.0"),
    /CHANCERY_NODE is .*Node\.js v22\.20\.0.*runs on Node\.js 24/,
  ],
])("a CHANCERY_NODE that %s is an error, even under Node 24", async (_what, path, message) => {
  const over = {
    env: { ...env, CHANCERY_NODE: path() },
    running: { path: "/own/node", version: "v24.22.3" },
  };
  await expect(find(over)).rejects.toThrow(message);
});

test("if the registry is unreachable, the error reports it and names CHANCERY_NODE as the alternative", async () => {
  const offline = { ...env, npm_config_registry: "http://127.0.0.1:1/" };
  const failed = find({ env: offline });
  await expect(failed).rejects.toThrow(/could not be downloaded from the npm registry/);
  await expect(failed).rejects.toThrow(/ECONNREFUSED/);
  await expect(failed).rejects.toThrow(/set CHANCERY_NODE to the path/);
  expect(left()).toEqual([]);
});

test("on a platform without a Node.js download the error asks to set CHANCERY_NODE", async () => {
  await expect(find({ platform: "sunos-x64" })).rejects.toThrow(
    /no download for sunos-x64.*CHANCERY_NODE/,
  );
});

test("each pinned release is a Node 24 with a SHA-512 integrity", () => {
  for (const release of Object.values(nodeReleases)) {
    expect(release.version).toMatch(/^24\.\d+\.\d+$/);
    expect(release.integrity).toMatch(/^sha512-[\w+/]{86}==$/);
  }
});

test("tools/node runs a script, its arguments and its exit code on the Node.js that CHANCERY_NODE names, also for what calls node by name", async () => {
  const bin = mkdtempSync(join(scratch, "bin-"));
  symlinkSync(process.execPath, join(bin, "node"));
  const root = join(import.meta.dirname, "../../..");
  const run = (script: string) =>
    promisify(execFile)(join(root, "tools/node"), ["-e", script, "a b"], {
      env: { ...process.env, CHANCERY_NODE: join(bin, "node") },
    });
  const { stdout } = await run(
    `process.stdout.write([process.argv[1], require("node:child_process").execSync("command -v node")].join("|"))`,
  );
  expect(stdout).toBe(`a b|${join(bin, "node")}\n`);
  await expect(run("process.exit(7)")).rejects.toMatchObject({ code: 7 });
});

test("tools/node with a CHANCERY_NODE that does not exist exits with 1 and reports it on standard error", async () => {
  const root = join(import.meta.dirname, "../../..");
  const failed = promisify(execFile)(join(root, "tools/node"), ["-p", "1"], {
    env: { ...process.env, CHANCERY_NODE: "/none/node" },
  });
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("CHANCERY_NODE is /none/node"),
  });
});
