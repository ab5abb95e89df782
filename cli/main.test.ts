import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";

const root = findRepoRoot();
let elsewhere = "";
beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), "chancery-cli-"));
});
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

function chancery(...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    CHANCERY_DATA: join(elsewhere, "data"),
  } as unknown as NodeJS.ProcessEnv;
  return spawnSync(process.execPath, [join(root, "tools/scripts/chancery.mjs"), ...args], {
    cwd: elsewhere,
    env,
    encoding: "utf8",
  });
}

test("a command that does not exist is refused on standard error, with the list and exit code 2", () => {
  const { status, stdout, stderr } = chancery("frobnicate");
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/Unknown command "frobnicate"[^]*doctor[^]*token/);
});

test("a token cannot be created without a running Chancery, and standard output stays empty", () => {
  const { status, stdout, stderr } = chancery(
    "token",
    "create",
    "--role",
    "admin",
    "--name",
    "first",
  );
  expect(status).not.toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/No Chancery is running.*npm start/);
});

test.each([[[]], [["help"]], [["--help"]]])(
  "%j lists the commands on standard output, from any folder",
  (args) => {
    const { status, stdout } = chancery(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/doctor[^]*token[^]*help/);
  },
);

test.each([
  [["confirm", "--help"], /^chancery confirm/],
  [["signer", "allow", "-h"], /^chancery signer show\nchancery signer allow/],
  [["token", "create", "--help"], /^chancery token create/],
  [["verify", "-h"], /Exit codes: 0 verified/],
  [["doctor", "--help"], /^chancery doctor\n$/],
] as const)("%j prints how the command is used, also where no Chancery runs", (args, usage) => {
  const { status, stdout, stderr } = chancery(...args);
  expect(stderr).toBe("");
  expect(stdout).toMatch(usage);
  expect(status).toBe(0);
});

test("doctor works before the first start and changes nothing", () => {
  const { stdout } = chancery("doctor");
  expect(stdout).toMatch(/^ok +node/m);
  expect(stdout).toMatch(/^info +data +\S+ does not exist yet/m);
});
