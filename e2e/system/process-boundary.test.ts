import { execFileSync } from "node:child_process";
import { hkdfSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createToken } from "@/e2e/support/command-line";
import { run } from "@/e2e/support/run";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile, type RunFile } from "@/lib/runtime/run-file";
import { consoleSocket, signerSocket } from "@/lib/runtime/socket-paths";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { until } from "./harness";

const password = "a password of this test alone";
const isRoot = process.getuid?.() === 0;
const users = { signer: 60_901, gateway: 60_902, console: 60_903 };
const group = 60_900;

let place: ChanceryPlace, chancery: ThrowawayChancery, running: RunFile;
let files = "";
/** Everything that any process showed while Chancery started, by the command that showed it. */
const seen = new Map<string, Set<string>>();

/** What every user of the machine sees of a process, and what its own user does. */
function look(): void {
  for (const { pid, command } of treeOf(chancery?.pid ?? process.pid)) {
    for (const name of ["environ", "cmdline"]) {
      let text = "";
      try {
        text = readFileSync(`/proc/${pid}/${name}`, "latin1");
      } catch {
        continue; // it ended, or may not be read even by root
      }
      const words = command.split(" ");
      const program = [...words.slice(0, 4), ...words.slice(-2)].join(" ");
      seen.set(program, (seen.get(program) ?? new Set()).add(text));
    }
  }
}

beforeAll(async () => {
  place = await makePlace();
  files = mkdtempSync(join(tmpdir(), "chancery-boundary-"));
  writeFileSync(join(files, "password"), `${password}\n`, { mode: 0o600 });
  let isStarting = true;
  const watching = (async () => {
    for (; isStarting; await pause(15)) look();
  })();
  chancery = await startChanceryAt(
    place,
    {
      CHANCERY_ADMIN_EMAIL: "admin@example.com",
      CHANCERY_ADMIN_PASSWORD_FILE: join(files, "password"),
      CHANCERY_ORGANIZATION: "Example",
    },
    join(findRepoRoot(), ".cache/system-boundary.log"),
  );
  await until(() =>
    fetch(`${chancery.httpUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  isStarting = false;
  await watching;
  running = readRunFile(place.dataFolder) as RunFile;
}, 400_000);

afterAll(async () => {
  await chancery?.stop();
  for (const path of [place.dataFolder, files]) rmSync(path, { recursive: true, force: true });
});

const pidOf = (name: string): number =>
  running.processes.find((process) => process.name === name)?.pid ?? 0;

describe("what processes show of themselves", () => {
  test("no process shows a secret in its environment or its arguments, not even while Chancery starts", () => {
    const kek = readFileSync(join(place.dataFolder, "kek"), "utf8").trim();
    const secrets = {
      kek,
      "kek in hexadecimal": Buffer.from(kek, "base64").toString("hex"),
      "kek as bytes": Buffer.from(kek, "base64").toString("latin1"),
      "delivery key": Buffer.from(
        hkdfSync("sha256", Buffer.from(kek, "base64"), "", "chancery delivery secrets", 32),
      ).toString("base64"),
      "session secret": readFileSync(join(place.dataFolder, "session.key"), "utf8").trim(),
      "database password": new URL(running.databaseUrl).password,
      "administrator's password": password,
    };
    look();
    const programs = [...seen.keys()].join("\n");
    for (const name of ["signer.mjs", "gateway.mjs", "console.mjs", "postgres"])
      expect(programs).toContain(name);
    // The helpers of the start were seen too: a migration runs for a second.
    expect(programs).toMatch(/prisma|schema-engine/);
    for (const [program, texts] of seen)
      for (const text of texts) {
        for (const [what, secret] of Object.entries(secrets))
          expect(text.includes(secret), `${what} in ${program}`).toBe(false);
        // A URL with a password of whatever role, also those that are made anew at each start.
        expect(text, program).not.toMatch(/postgres(ql)?:\/\/[^\s/@:]*:[^\s/@]+@/);
      }
  });

  test("no process can leave a core file", () => {
    for (const { pid, command } of treeOf(chancery.pid))
      expect(readFileSync(`/proc/${pid}/limits`, "utf8"), command).toMatch(
        /^Max core file size +0 +0 /m,
      );
  });

  test("no process opens an inspector when it gets the signal for it, and all go on", async () => {
    const pids = treeOf(chancery.pid)
      .filter(({ command }) => /start\.mjs|dist\/\w+\.mjs/.test(command))
      .map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(4);
    const listeners = () => readFileSync("/proc/net/tcp", "utf8").match(/:240D \S+ 0A/g) ?? [];
    const before = listeners();
    for (const pid of pids) process.kill(pid, "SIGUSR1");
    await pause(500);
    expect(listeners()).toEqual(before); // 9229
    const after = treeOf(chancery.pid).map(({ pid }) => pid);
    for (const pid of pids) expect(after).toContain(pid);
    expect((await fetch(`${chancery.httpUrl}/readyz`)).status).toBe(200);
  });
});

type Probe = Readonly<{
  files: Record<string, string>;
  folders: Record<string, string>;
  processes: Record<string, Record<string, string>>;
  sockets: Record<string, string>;
  ports: Record<string, string>;
}>;

/** Runs the probe as that user, with everything that could lead to a key. */
function probe(user: Readonly<{ uid?: number; gid?: number }>): Probe {
  const data = place.dataFolder;
  const names = readdirSync(join(data, "witness")).map((name) => join(data, "witness", name));
  const plan = {
    files: [
      ...[
        "kek",
        "session.key",
        "signer-admin.key",
        "run.json",
        "pg/PG_VERSION",
        "pg/postgresql.auto.conf",
      ].map((name) => join(data, name)),
      ...names,
      join(files, "password"),
    ],
    folders: [data, join(data, "witness"), join(data, "pg")],
    processes: ["supervisor", "signer", "gateway", "console"].map(pidOf),
    sockets: [signerSocket(running.runDir), consoleSocket(running.runDir)],
    ports: [9229, 9230],
  };
  // Neither the program nor its text by a path that this user may not be able to walk.
  const output = execFileSync("/proc/self/exe", ["-", JSON.stringify(plan)], {
    ...user,
    cwd: "/",
    encoding: "utf8",
    input: readFileSync(join(findRepoRoot(), "testing/supervise/probe.mjs"), "utf8"),
    env: { NODE_OPTIONS: "--input-type=module" } as unknown as NodeJS.ProcessEnv,
  });
  return JSON.parse(output) as Probe;
}

describe.runIf(isRoot)("a user for each process", () => {
  const owner = (pid: number) =>
    /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.slice(1);

  test.each(["signer", "gateway", "console"] as const)(
    "the %s runs as its own user, without groups and capabilities of root",
    (name) => {
      const pid = pidOf(name);
      expect(owner(pid)).toEqual(Array<string>(3).fill(String(users[name])));
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      expect(status).toMatch(new RegExp(`^Gid:\\s+${group}\\s+${group}\\s+${group}`, "m"));
      expect(status).toMatch(/^Groups:\s*$/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      expect(status).toMatch(/^CapPrm:\s+0+$/m);
    },
  );

  test("PostgreSQL runs neither as root nor as one of these users", () => {
    const server = treeOf(chancery.pid).find(({ command }) => /\/bin\/postgres /.test(command));
    const [uid] = owner(server?.pid ?? 0) ?? [];
    expect(["0", ...Object.values(users).map(String)]).not.toContain(uid);
  });

  test.each(["gateway", "console"] as const)(
    "code in the %s reads no key, no file of another process, no memory and no environment, and signals no one",
    (name) => {
      const result = probe({ uid: users[name], gid: group });
      for (const [path, outcome] of Object.entries(result.files))
        expect(outcome, path).toBe("EACCES");
      for (const [path, outcome] of Object.entries(result.folders))
        expect(outcome, path).toBe("EACCES");
      for (const other of ["supervisor", "signer", "gateway", "console"]) {
        const { inspector, signal, ...reads } = result.processes[pidOf(other)] ?? {};
        for (const [what, outcome] of Object.entries(reads))
          expect(outcome, `${what} of the ${other}`).toMatch(/^(EACCES|EPERM)$/);
        if (other === name) continue;
        expect([inspector, signal], `signals to the ${other}`).toEqual(["EPERM", "EPERM"]);
      }
      // What it is there for still works.
      expect(result.sockets[signerSocket(running.runDir)]).toBe("open");
      expect(result.ports["9229"]).toBe("ECONNREFUSED");
    },
  );

  test("the same probe as root opens everything, so it would have noticed", () => {
    const result = probe({});
    for (const part of [result.files, result.folders, result.sockets])
      for (const [what, outcome] of Object.entries(part)) expect(outcome, what).toBe("open");
    for (const pid of ["supervisor", "signer"].map(pidOf))
      expect(result.processes[pid]).toEqual({
        environ: "open",
        maps: "open",
        mem: "open",
        fd: "open",
        root: "open",
        cwd: "open",
        inspector: "open",
        signal: "open",
      });
  });

  test.each(["gateway", "console"] as const)(
    "code in the %s, under the permissions of its process, starts nothing, loads no native code and reads and writes no file but its own",
    (name) => {
      const shown = readFileSync(`/proc/${pidOf(name)}/cmdline`, "utf8").split("\0");
      const flags = shown.slice(
        1,
        shown.findIndex((text) => text.endsWith(`dist/${name}.mjs`)),
      );
      expect(flags).toContain("--permission");
      const attempts = (args: readonly string[]) =>
        JSON.parse(
          execFileSync("/proc/self/exe", [...args, "--input-type=module", "-"], {
            uid: users[name],
            gid: group,
            cwd: findRepoRoot(),
            encoding: "utf8",
            stdio: ["pipe", "pipe", "ignore"],
            input: readFileSync(
              join(findRepoRoot(), "testing/supervise/probe-permissions.mjs"),
              "utf8",
            ),
            env: { CHANCERY_ROOT: "/proc/self/cwd" } as unknown as NodeJS.ProcessEnv,
          }),
        ) as Record<string, string>;
      for (const [what, outcome] of Object.entries(attempts(flags)))
        expect(outcome, what).toMatch(/^(ERR_ACCESS_DENIED|ERR_UNKNOWN_BUILTIN_MODULE|TypeError)$/);
      // Without them, all of it would work.
      for (const [what, outcome] of Object.entries(attempts([])))
        expect(outcome, what).toBe("open");
    },
  );

  test("another user of the machine, of no group, reaches no private socket", () => {
    const { sockets, files: read } = probe({ uid: 60_950, gid: 60_950 });
    expect(new Set(Object.values(sockets))).toEqual(new Set(["EACCES"]));
    expect(new Set(Object.values(read))).toEqual(new Set(["EACCES"]));
  });

  test("the signer's memory of checkpoints belongs to the signer alone", () => {
    const folder = join(place.dataFolder, "witness");
    for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
      expect(statSync(path).uid).toBe(users.signer);
      expect(statSync(path).mode & 0o077).toBe(0);
    }
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  });

  test("the supervisor runs a tamper drill for the gateway, which starts no process itself, as a user that owns nothing else", async () => {
    const drill = run(
      process.execPath,
      [join(findRepoRoot(), "tools/scripts/chancery.mjs"), "drill", "--entries", "10", "--json"],
      { env: { ...process.env, CHANCERY_DATA: place.dataFolder } },
    );
    const [process_] = await until(() => {
      const found = treeOf(chancery.pid).filter(({ command }) => /drill\.mjs/.test(command));
      return found.length > 0 && found;
    });
    expect(process_?.parent).toBe(chancery.pid);
    expect(owner(process_?.pid ?? 0)).toEqual(["65534", "65534", "65534"]);
    const { code, stdout, all } = await drill;
    expect(code, all).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, failed: null });
    expect(readdirSync(place.dataFolder)).not.toContain("drill");
  });

  test("the command line works as the user that started Chancery", async () => {
    expect(await createToken(place.dataFolder, "admin")).toMatch(/^chy_/);
  });
});
