import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consoleSocket, signerSocket } from "@/lib/runtime/socket-paths";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { findReadableClone, type ReadableClone } from "@/testing/supervise/readable-clone";
import { sandboxArgs, sandboxArgv, type SandboxPolicy, sandboxPolicy, trySandbox } from "./sandbox";

// An ordinary user's: as root, the user that belongs to no one.
const user = process.getuid?.() === 0 ? 65_534 : undefined;
const ids = user === undefined ? {} : { uid: user, gid: user };
let clone: ReadableClone, folder: string, program: string, node: string;
let victim: ChildProcess, refusesSignals: boolean;
const settings = {} as NodeJS.ProcessEnv;

/** Whether this machine has what the sandbox needs; otherwise its tests say so by being skipped. */
const isHere = (): boolean => {
  const file = join(findRepoRoot(), "dist", `sandbox-try-${process.pid}.mjs`);
  build(file);
  const outcome = trySandbox({ program: file, node: process.execPath }, findRepoRoot(), tmpdir());
  rmSync(file);
  return typeof outcome === "object";
};
function build(outfile: string): void {
  buildSync({
    entryPoints: [join(findRepoRoot(), "server/sandbox/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "silent",
  });
}

describe.runIf(process.platform === "linux" && isHere())("the sandbox", () => {
  beforeAll(async () => {
    clone = findReadableClone(user);
    folder = mkdtempSync(join(tmpdir(), "chancery-sandbox-"));
    chmodSync(folder, 0o755);
    program = join(clone.root, "dist", `sandbox-test-${process.pid}.mjs`);
    mkdirSync(dirname(program), { recursive: true });
    build(program);
    // One that its user can read, so that nothing but the sandbox keeps the memory closed.
    node = join(folder, "bin", "node");
    mkdirSync(dirname(node));
    // Copied by a process of its own: a program that this one writes can't be started (ETXTBSY) while
    // a child that another test starts at that moment still has the open file.
    execFileSync("cp", [process.execPath, node]);
    chmodSync(node, 0o755);
    for (const path of ["data", "data/witness", "run", "run/signer", "run/console"])
      mkdirSync(join(folder, path), { mode: 0o700 });
    writeFileSync(join(folder, "data/kek"), "the key", { mode: 0o600 });
    if (user !== undefined)
      for (const path of ["data", "data/kek", "data/witness", "run", "run/signer", "run/console"])
        chownSync(join(folder, path), user, user);
    victim = spawn(node, ["--eval", victimScript, signerSocket(join(folder, "run"))], {
      ...ids,
      cwd: "/",
      env: { SECRET: "the key" } as unknown as NodeJS.ProcessEnv,
    });
    await once(victim.stdout!, "data");
    const outcome = trySandbox({ program, node }, clone.root, join(folder, "data"));
    refusesSignals = typeof outcome === "object" && outcome.refusesSignals;
  }, 60_000);
  afterAll(() => {
    victim?.kill("SIGKILL");
    rmSync(program, { force: true });
    rmSync(folder, { recursive: true, force: true });
    clone.remove();
  });

  const victimScript = `
    require("node:net").createServer(() => {}).listen(process.argv[1], () => console.log("listening"));
    process.on("SIGUSR1", () => {});`;

  const plan = () =>
    JSON.stringify({
      files: [join(folder, "data/kek"), "/etc/passwd", join(clone.root, "lib/runtime/env.ts")],
      folders: [join(folder, "data"), join(folder, "data/witness"), folder, tmpdir(), clone.root],
      processes: [victim.pid],
      sockets: [signerSocket(join(folder, "run"))],
      ports: [],
    });
  const probe = readFileSync(join(findRepoRoot(), "testing/supervise/probe.mjs"), "utf8");
  const policyOf = (name: "gateway" | "console"): SandboxPolicy =>
    sandboxPolicy(
      name,
      { root: clone.root, file: program, node, runDir: join(folder, "run") },
      settings,
    ) as SandboxPolicy;
  const inSandbox = (policy: SandboxPolicy, args: readonly string[], input = "") =>
    spawnSync(
      node,
      [...sandboxArgv, ...sandboxArgs({ program, node }, policy, { keep: [], env: {} }, args)],
      { ...ids, cwd: clone.root, encoding: "utf8", env: {} as NodeJS.ProcessEnv, input },
    );
  const seenIn = (output: string) => {
    type Outcomes = Readonly<Record<string, string>>;
    const { processes, ...paths } = JSON.parse(output) as Readonly<{
      files: Outcomes;
      folders: Outcomes;
      sockets: Outcomes;
      processes: Readonly<Record<string, Outcomes>>;
    }>;
    return { ...paths, ofVictim: processes[victim.pid ?? 0] ?? {} };
  };

  test.each(["gateway", "console"] as const)(
    "code in the %s reads no key, no file of another program, no memory and no environment of its user's other processes",
    (name) => {
      const args = ["--input-type=module", "-", plan()];
      const { stdout, stderr } = inSandbox(policyOf(name), args, probe);
      expect(stderr).toBe("");
      const { files, folders, ofVictim, sockets } = seenIn(stdout);
      expect(new Set(Object.values({ ...files, ...folders }))).toEqual(new Set(["EACCES"]));
      const { signal, inspector, ...reads } = ofVictim;
      for (const [what, outcome] of Object.entries(reads))
        expect(outcome, what).toMatch(/^(EACCES|EPERM)$/);
      const refused = refusesSignals ? "EPERM" : "open";
      expect([signal, inspector]).toEqual([refused, refused]);
      // What it is there for.
      expect(Object.values(sockets ?? {})).toEqual(["open"]);
    },
  );

  test("the same probe without the sandbox opens everything, so it would have noticed", () => {
    const { stdout } = spawnSync(node, ["--input-type=module", "-", plan()], {
      ...ids,
      cwd: "/",
      encoding: "utf8",
      input: probe,
    });
    const { files, folders, ofVictim, sockets } = seenIn(stdout);
    const all = { ...files, ...folders, ...ofVictim, ...sockets };
    expect(new Set(Object.values(all))).toEqual(new Set(["open"]));
  });

  test.each([
    ["writing into the program", `require("node:fs").writeFileSync("dist/new.mjs", "")`],
    ["writing a temporary file", `require("node:fs").mkdtempSync("${tmpdir()}/x-")`],
    [
      "making a link out of its folder",
      `require("node:fs").symlinkSync("/etc/passwd", "RUN/console/l"); require("node:fs").readFileSync("RUN/console/l")`,
    ],
    ["starting a program elsewhere", `require("node:child_process").execFileSync("NODE2")`],
    [
      "a child process",
      `require("node:child_process").execFileSync("/bin/cat", ["DATA/kek"], { stdio: "pipe" })`,
    ],
    [
      "a worker",
      `new (require("node:worker_threads").Worker)(WORKER, { eval: true }).on("error", (e) => { throw e; })`,
    ],
  ])("%s gets no further", (_what, code) => {
    const elsewhere = join(folder, "run/console/program");
    writeFileSync(elsewhere, "#!/bin/sh\n");
    chmodSync(elsewhere, 0o755);
    const script = code
      .replaceAll("RUN", join(folder, "run"))
      .replaceAll("DATA", join(folder, "data"))
      .replaceAll("NODE2", elsewhere)
      .replaceAll(
        "WORKER",
        JSON.stringify(`require("node:fs").readFileSync("${join(folder, "data/kek")}")`),
      );
    const { status, stderr } = inSandbox(policyOf("console"), ["--eval", script]);
    expect(stderr).toMatch(/EACCES|EPERM|Permission denied/);
    expect(status).not.toBe(0);
  });

  test("the console can make its socket, and the gateway can't", () => {
    const path = consoleSocket(join(folder, "run"));
    const script = `require("node:net").createServer().on("error", (e) => { console.log(e.code); }).listen(${JSON.stringify(path)}, () => { console.log("listening"); process.exit(0); })`;
    expect(inSandbox(policyOf("gateway"), ["--eval", script]).stdout.trim()).toBe("EACCES");
    expect(inSandbox(policyOf("console"), ["--eval", script]).stdout.trim()).toBe("listening");
  });

  test("a program that can't be put into the sandbox doesn't start", () => {
    const broken = { ...policyOf("gateway"), read: ["/proc/self/mem\0"] };
    const { status, stdout } = inSandbox(broken, ["--eval", "console.log('started')"]);
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
  });

  test("a descriptor that it is given stays open", () => {
    const script = `require("node:fs").fstatSync(3); console.log("open")`;
    const policy = policyOf("gateway");
    const inherited = { keep: [3], env: {} };
    const args = sandboxArgs({ program, node }, policy, inherited, ["--eval", script]);
    const { stdout } = spawnSync(node, [...sandboxArgv, ...args], {
      ...ids,
      cwd: clone.root,
      encoding: "utf8",
      env: {} as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    });
    expect(stdout.trim()).toBe("open");
  });
});

test("the signer has no policy, and no policy grants the clone itself, which holds the data folder by default", () => {
  const place = {
    root: "/clone",
    file: "/clone/dist/x.mjs",
    node: "/n/bin/node",
    runDir: "/run/c",
  };
  expect(sandboxPolicy("signer", place, settings)).toBeNull();
  for (const name of ["gateway", "console"] as const) {
    const { read, write } = sandboxPolicy(name, place, settings) as SandboxPolicy;
    for (const path of ["/clone", "/clone/data", "/", "/tmp", "/etc", "/proc", "/run/c", "/home"])
      expect([...read, ...write]).not.toContain(path);
    expect(write.filter((path) => path !== "/dev/null")).toEqual(
      name === "console" ? ["/run/c/console"] : [],
    );
  }
});

test("where the sandbox can't work, the reason is said", () => {
  const root = findRepoRoot();
  const missing = { program: join(root, "dist/none.mjs"), node: process.execPath };
  expect(trySandbox(missing, root, "/")).toMatch(/isn't built/);
});
