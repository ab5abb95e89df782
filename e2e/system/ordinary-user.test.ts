import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile, type RunFile } from "@/lib/runtime/run-file";
import { findReadableClone, type ReadableClone } from "@/testing/supervise/readable-clone";
import { treeOf } from "@/testing/supervise/process-tree";
import { type ChanceryPlace, makePlace } from "@/testing/supervise/throwaway-chancery";
import { until } from "./harness";

// A whole Chancery of an ordinary user: as root, of the user that belongs to no one, which has an
// account, as PostgreSQL requires.
const user = process.getuid?.() === 0 ? 65_534 : undefined;
let place: ChanceryPlace, clone: ReadableClone, running: RunFile;
let supervisor: ReturnType<typeof spawn>;
let output = "";

beforeAll(async () => {
  clone = findReadableClone(user);
  place = await makePlace();
  if (user !== undefined) chownSync(place.dataFolder, user, user);
  const [http, https, mtls] = place.ports;
  supervisor = spawn(clone.node, [join(clone.root, "dist/supervise.mjs")], {
    cwd: clone.root,
    ...(user === undefined ? {} : { uid: user, gid: user }),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      CHANCERY_DATA: place.dataFolder,
      CHANCERY_HTTP_PORT: String(http),
      CHANCERY_HTTPS_PORT: String(https),
      CHANCERY_MTLS_PORT: String(mtls),
      CHANCERY_PUBLIC_URL: `http://localhost:${http}`,
      CHANCERY_ADMIN_EMAIL: "admin@example.com",
      CHANCERY_ADMIN_PASSWORD: "a long password",
      CHANCERY_ORGANIZATION: "Example",
    },
  });
  for (const stream of [supervisor.stdout, supervisor.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  await until(() => {
    if (supervisor.exitCode !== null) throw new Error(output);
    return /Chancery is running[^]*Ctrl-C/.test(output);
  });
  running = readRunFile(place.dataFolder) as RunFile;
}, 400_000);

afterAll(async () => {
  if (supervisor?.exitCode === null) {
    supervisor.kill("SIGTERM");
    await once(supervisor, "exit");
  }
  rmSync(place.dataFolder, { recursive: true, force: true });
  clone.remove();
});

const statusOf = (name: string): string =>
  readFileSync(
    `/proc/${running.processes.find((process) => process.name === name)?.pid}/status`,
    "utf8",
  );

test("started by an ordinary user, Chancery runs whole, and banner and doctor say what separates its processes", async () => {
  expect(output).toMatch(
    /Processes +(one user, with the console and the gateway in a sandbox|none)/,
  );
  await until(() =>
    fetch(`${running.publicUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const page = await fetch(`${running.publicUrl}/sign-in`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Email");
  const doctor = await run(process.execPath, [join(findRepoRoot(), "dist/cli.mjs"), "doctor"], {
    env: { ...process.env, CHANCERY_DATA: place.dataFolder },
  });
  expect(doctor.all).toMatch(/processes +(one user, with|none)/);
});

test("where the kernel has Landlock, gateway and console are in a sandbox, and the signer isn't", () => {
  const isSandboxed = /in a sandbox/.test(output);
  for (const name of ["gateway", "console"])
    expect(statusOf(name)).toMatch(new RegExp(`^NoNewPrivs:\\s+${isSandboxed ? 1 : 0}$`, "m"));
  expect(statusOf("signer")).toMatch(/^NoNewPrivs:\s+0$/m);
});

test("no other program of that user reads the memory or the environment of any process, nor the supervisor's", () => {
  const pids = running.processes.map(({ pid }) => pid);
  const script = `
    const { closeSync, openSync } = require("node:fs");
    console.log(JSON.stringify(process.argv.slice(1).flatMap((pid) =>
      ["environ", "mem", "maps"].map((name) => {
        try { closeSync(openSync("/proc/" + pid + "/" + name)); return "open"; }
        catch (error) { return error.code; }
      }))));`;
  const look = (...others: number[]) =>
    JSON.parse(
      execFileSync("/proc/self/exe", ["--eval", script, ...others.map(String)], {
        ...(user === undefined ? {} : { uid: user, gid: user }),
        cwd: "/",
        encoding: "utf8",
      }),
    ) as string[];
  expect(pids).toHaveLength(4);
  expect(new Set(look(...pids))).toEqual(new Set(["EACCES"]));
  // PostgreSQL runs on a program that everyone can read, so this would have noticed.
  const server = treeOf(pids[0] ?? 0).find(({ command }) => /\/bin\/postgres /.test(command));
  expect(look(server?.pid ?? 0)).toEqual(["open", "open", "open"]);
});

test("it ends in order", async () => {
  supervisor.kill("SIGTERM");
  expect(await once(supervisor, "exit")).toEqual([0, null]);
  expect(output).toContain("stopped in");
});
