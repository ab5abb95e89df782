import { spawnSync } from "node:child_process";
import { createHash, hkdfSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { secretNames } from "@/lib/runtime/read-secrets";

const folder = join(findRepoRoot(), "examples/systemd");
const work = mkdtempSync(join(tmpdir(), "chancery-units-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const names = readdirSync(folder).filter((name) => /\.(service|socket)$/.test(name));
const unit = (name: string): string => readFileSync(join(folder, name), "utf8");
const valuesOf = (name: string, key: string): string[] =>
  [...unit(name).matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
const credentialsOf = (name: string): string[] =>
  valuesOf(name, "LoadCredential").map((value) => value.split(":")[0] ?? "");
const processes = ["chancery-signer", "chancery-console", "chancery-gateway", "chancery-migrate"];

test("each process has its own user, and systemd makes all of them", () => {
  const users = processes.map((name) => valuesOf(`${name}.service`, "User")[0]);
  expect(new Set(users).size).toBe(processes.length);
  expect(users).not.toContain("root");
  const made = readFileSync(join(folder, "sysusers.conf"), "utf8");
  const groups = names.flatMap((name) =>
    [...valuesOf(name, "SupplementaryGroups"), ...valuesOf(name, "SocketGroup")].flatMap((value) =>
      value.split(" "),
    ),
  );
  for (const user of users) expect(made).toMatch(new RegExp(`^u ${user} `, "m"));
  for (const group of groups) expect(made).toMatch(new RegExp(`^g ${group} `, "m"));
});

test("the KEK is a credential of the signer alone, and no unit has a secret in its environment", () => {
  const withKek = names.filter((name) =>
    valuesOf(name, "LoadCredential").some((value) => value.includes("/etc/chancery/kek")),
  );
  expect(withKek).toEqual(["chancery-signer.service", "chancery.service"]);
  for (const name of names)
    for (const environment of valuesOf(name, "Environment"))
      expect(environment).not.toMatch(/KEK=|PASSWORD=|SECRET=|DELIVERY_KEY=|DATABASE_\w*URL=/);
});

test("the processes get the secrets that they ask for, and none of another", () => {
  expect(credentialsOf("chancery-signer.service")).toEqual([
    "CHANCERY_KEK",
    "DATABASE_SIGNER_URL",
    "CHANCERY_HOST_TOKEN_SHA256",
  ]);
  expect(credentialsOf("chancery-console.service")).toEqual([
    "DATABASE_URL",
    "CHANCERY_DELIVERY_KEY",
    "CHANCERY_SESSION_SECRET",
  ]);
  expect(credentialsOf("chancery-gateway.service")).toEqual([
    "DATABASE_URL",
    "CHANCERY_DELIVERY_KEY",
    "CHANCERY_ADMIN_PASSWORD",
  ]);
  for (const name of ["signer", "console", "gateway"])
    for (const credential of credentialsOf(`chancery-${name}.service`))
      expect(["CHANCERY_KEK", ...secretNames]).toContain(credential);
});

test("only the gateway reaches the console, and only gateway and console reach the signer", () => {
  const groupsOf = (name: string) =>
    valuesOf(`chancery-${name}.service`, "SupplementaryGroups").flatMap((text) => text.split(" "));
  expect(groupsOf("gateway").sort()).toEqual(["chancery-page", "chancery-sign"]);
  expect(groupsOf("console")).toEqual(["chancery-sign"]);
  expect(groupsOf("signer")).toEqual([]);
  for (const name of ["chancery-signer.socket", "chancery-console.socket"])
    expect(valuesOf(name, "SocketMode")).toEqual(["0660"]);
});

test.each(names.filter((name) => name.endsWith(".service")))(
  "%s leaves no core and opens no inspector",
  (name) => {
    expect(valuesOf(name, "LimitCORE")).toEqual(["0"]);
    expect(valuesOf(name, "ExecStart")).toEqual([
      expect.stringMatching(/^\/opt\/chancery\/bin\/node --disable-sigusr1 .*\/dist\/\w+\.mjs$/),
    ]);
    expect(valuesOf(name, "NoNewPrivileges")).toEqual(["yes"]);
  },
);

test("the programs that the units start are those that are built", () => {
  const built = readFileSync(join(findRepoRoot(), "tools/scripts/lib/prepare.mjs"), "utf8");
  for (const name of names.flatMap((one) => valuesOf(one, "ExecStart")))
    expect(built).toMatch(new RegExp(`^ {2}${/(\w+)\.mjs$/.exec(name)?.[1]}: "`, "m"));
});

describe.skipIf(
  spawnSync("systemd-analyze", ["--version"]).error !== undefined && !process.env["CI"],
)("systemd", () => {
  test("systemd finds nothing wrong with any unit", () => {
    for (const name of names)
      writeFileSync(
        join(work, name),
        // The program must exist where this is checked.
        unit(name)
          .replaceAll("/opt/chancery/bin/node", "/usr/bin/env")
          .replaceAll("/opt/chancery", work),
      );
    const { status, stderr } = spawnSync(
      "systemd-analyze",
      ["verify", "--man=no", ...names.map((name) => join(work, name))],
      { encoding: "utf8" },
    );
    const ours = stderr.split("\n").filter((line) => line.includes("chancery"));
    expect(ours).toEqual([]);
    expect(status).toBe(0);
  });
});

test.skipIf(spawnSync("openssl", ["kdf", "-help"]).status !== 0 && !process.env["CI"])(
  "the command in the README derives the delivery key that the supervisor derives",
  () => {
    const kek = createHash("sha256").update("a KEK of this test").digest();
    writeFileSync(join(work, "kek"), kek.toString("base64"));
    const script = /openssl kdf[^`]*/.exec(readFileSync(join(folder, "README.md"), "utf8"))?.[0];
    const { stderr } = spawnSync("sh", ["-ec", script ?? ""], { cwd: work, encoding: "utf8" });
    const derived = hkdfSync("sha256", kek, "", "chancery delivery secrets", 32);
    expect(readFileSync(join(work, "delivery-key"), "utf8").trim(), stderr).toBe(
      Buffer.from(derived).toString("base64"),
    );
  },
);
