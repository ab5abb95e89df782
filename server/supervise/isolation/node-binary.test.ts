import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { prepareNodeBinary } from "./node-binary";

let root = "";
const roots: string[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "chancery-node-binary-"));
  roots.push(root);
});
afterAll(() => roots.forEach((path) => rmSync(path, { recursive: true, force: true })));

function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "#!/bin/sh\necho it runs\n");
  chmodSync(path, 0o755);
  return path;
}
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const closedMode = process.getuid?.() === 0 ? 0o711 : 0o111;

describe.runIf(process.platform === "linux")("the Node.js of the processes", () => {
  test("the pinned Node.js is closed to readers where it is", () => {
    const path = program(join(root, ".cache/node/24.0.0-linux-x64/bin/node"));
    expect(prepareNodeBinary(root, { path, version: "v24.0.0" })).toEqual({ path, isClosed: true });
    expect(modeOf(path)).toBe(closedMode);
  });

  test("of another Node.js a closed copy is made once, and that one is left as it is", () => {
    const own = program(join(root, "usr/bin/node"));
    const first = prepareNodeBinary(root, { path: own, version: "v24.0.0" });
    expect(first.isClosed).toBe(true);
    expect(first.path.startsWith(join(root, ".cache/node/copy-v24.0.0-"))).toBe(true);
    expect(modeOf(first.path)).toBe(closedMode);
    expect(modeOf(own)).toBe(0o755);
    expect(prepareNodeBinary(root, { path: own, version: "v24.0.0" })).toEqual(first);
    expect(readdirSync(join(root, ".cache/node"))).toHaveLength(1);
  });

  test("a replaced Node.js of the same version is copied again", () => {
    const own = program(join(root, "usr/bin/node"));
    const first = prepareNodeBinary(root, { path: own, version: "v24.0.0" });
    writeFileSync(own, "#!/bin/sh\necho another one\n");
    const second = prepareNodeBinary(root, { path: own, version: "v24.0.0" });
    expect(second.path).not.toBe(first.path);
  });

  test("where no copy can be made, the running Node.js is used and reported as readable", () => {
    const own = program(join(root, "usr/bin/node"));
    writeFileSync(join(root, ".cache"), "in the way");
    expect(prepareNodeBinary(root, { path: own, version: "v24.0.0" })).toEqual({
      path: own,
      isClosed: false,
    });
  });

  test("a process that runs on it can't be read by another process of its user, and one that runs on an ordinary Node.js can", () => {
    const { path } = prepareNodeBinary(root);
    const user = process.getuid?.() === 0 ? { uid: 60_903, gid: 60_900 } : {};
    chmodSync(root, 0o755);
    const script = `
      const { spawn } = require("node:child_process");
      const { readFileSync } = require("node:fs");
      const child = spawn(process.argv[1], ["--eval", "console.log(1); setInterval(() => {}, 1000)"]);
      child.stdout.once("data", () => {
        const seen = ["environ", "maps", "mem"].map((name) => {
          try { require("node:fs").closeSync(require("node:fs").openSync("/proc/" + child.pid + "/" + name)); return "read"; }
          catch (error) { return error.code; }
        });
        console.log(seen.join(" "));
        child.kill("SIGKILL");
      });`;
    const seenThrough = (node: string): string =>
      execFileSync("/proc/self/exe", ["--eval", script, node], {
        ...user,
        cwd: "/",
        encoding: "utf8",
      }).trim();
    const ordinary = join(root, "ordinary");
    execFileSync("cp", [process.execPath, ordinary]);
    chmodSync(ordinary, 0o755);
    expect(seenThrough(ordinary)).toBe("read read read");
    expect(seenThrough(path)).toBe("EACCES EACCES EACCES");
  });
});
