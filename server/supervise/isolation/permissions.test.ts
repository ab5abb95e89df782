import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesOfUrl, permissionArgv } from "./permissions";

const dist = mkdtempSync(join(tmpdir(), "chancery-permissions-"));
afterAll(() => rmSync(dist, { recursive: true, force: true }));
writeFileSync(join(dist, "harden.mjs"), "");
const place = {
  root: "/proc/self/cwd",
  file: "/proc/self/cwd/dist/x.mjs",
  runDir: "/tmp/chancery-run-1",
  files: ["/etc/ssl/db.pem"],
};
const argvOf = (name: "signer" | "gateway" | "console") =>
  permissionArgv(name, join(dist, "x.mjs"), place);

test("the signer has no permission model, because that switches off fsync", () => {
  expect(argvOf("signer")).toEqual([]);
});

test("a program without the module that drops permissions is started without the model", () => {
  expect(permissionArgv("gateway", "/none/x.mjs", place)).toEqual([]);
});

test.each(["gateway", "console"] as const)("the %s may start no process and no worker", (name) => {
  const argv = argvOf(name);
  expect(argv).toContain("--permission");
  for (const flag of ["child-process", "worker", "wasi", "inspector", "openssl-store"])
    expect(argv.filter((one) => one.startsWith(`--allow-${flag}`))).toEqual([]);
  expect(argv.at(-1)).toBe("--import=/proc/self/cwd/dist/harden.mjs");
  expect(argv).toContain("--allow-fs-read=/etc/ssl/db.pem");
});

test("nothing is granted that holds another file: not the clone, no data folder, no folder of the system", () => {
  for (const name of ["gateway", "console"] as const)
    for (const path of argvOf(name).flatMap((one) => /^--allow-fs-\w+=(.*)$/.exec(one)?.[1] ?? []))
      expect(path, name).not.toMatch(
        /^(\/|\/proc\/self\/cwd|\/tmp|\/etc|.*\*.*|.*\/data.*|.*\.env.*)$/,
      );
});

test("only the console writes, and only its socket", () => {
  const writes = (name: "gateway" | "console") =>
    argvOf(name).filter((one) => one.startsWith("--allow-fs-write"));
  expect(writes("gateway")).toEqual([]);
  expect(writes("console")).toEqual(["--allow-fs-write=/tmp/chancery-run-1/console/console.sock"]);
});

test.each([
  ["postgresql://u:p@h/d", []],
  ["postgresql://u@h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem", ["/etc/ca.pem"]],
  ["postgresql://u@h/d?sslcert=/c.pem&sslkey=/k.pem", ["/c.pem", "/k.pem"]],
  ["postgresql://u@h/d?sslrootcert=system", []],
  ["postgresql://u@h/d?sslrootcert=../ca.pem", []],
])("of %s the files %o are read", (url, files) => {
  expect(filesOfUrl(url)).toEqual(files);
});
