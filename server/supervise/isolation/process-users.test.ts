import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { processMark, readProcessUsers, refuseStrangers } from "./process-users";

const settings = (values: Record<string, string>) => values as unknown as NodeJS.ProcessEnv;

test("without settings the users are those that no account and no package uses", () => {
  expect(readProcessUsers(settings({}))).toEqual({
    signer: { uid: 60_901, gid: 60_900 },
    gateway: { uid: 60_902, gid: 60_900 },
    console: { uid: 60_903, gid: 60_900 },
  });
});

test("users and group can be chosen", () => {
  const chosen = readProcessUsers(settings({ CHANCERY_SIGNER_UID: "901", CHANCERY_GID: "900" }));
  expect(chosen.signer).toEqual({ uid: 901, gid: 900 });
  expect(chosen.console).toEqual({ uid: 60_903, gid: 900 });
});

const variables = [
  "CHANCERY_GID",
  "CHANCERY_SIGNER_UID",
  "CHANCERY_GATEWAY_UID",
  "CHANCERY_CONSOLE_UID",
];
describe.each(variables)("%s", (name) => {
  test.each(["0", "-1", "1.5", "0x10", "postgres", "4294967295", "99999999999", " 7"])(
    "%s as a user or group is refused by the variable's name",
    (value) => {
      expect(() => readProcessUsers(settings({ [name]: value }))).toThrow(name);
    },
  );
});

test.each([
  { CHANCERY_SIGNER_UID: "700", CHANCERY_GATEWAY_UID: "700" },
  { CHANCERY_CONSOLE_UID: "60901" },
  { CHANCERY_CONSOLE_UID: "60902" },
])("two processes with one user are refused: %o", (values) => {
  expect(() => readProcessUsers(settings(values as Record<string, string>))).toThrow(/must differ/);
});

describe.runIf(process.getuid?.() === 0 && process.platform === "linux")("another program", () => {
  // Of this test alone: other tests and a running Chancery use the default ones.
  const users = {
    signer: { uid: 60_911, gid: 60_910 },
    gateway: { uid: 60_912, gid: 60_910 },
    console: { uid: 60_913, gid: 60_910 },
  };
  const running: ReturnType<typeof spawn>[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });
  const start = async (uid: number, ...args: string[]) => {
    const child = spawn("/proc/self/exe", ["--eval", "setInterval(() => {}, 1000)", ...args], {
      uid,
      gid: 60_910,
      cwd: "/",
    });
    running.push(child);
    await once(child, "spawn");
    return child;
  };

  test("without a program under these users nothing is refused", async () => {
    await expect(refuseStrangers(users)).resolves.toBeUndefined();
  });

  test.each(["signer", "gateway", "console"] as const)(
    "a program that runs as the user of the %s keeps Chancery from starting, which names both",
    async (name) => {
      const child = await start(users[name].uid);
      await expect(refuseStrangers(users)).rejects.toThrow(
        new RegExp(
          `Process ${child.pid} .*user ${users[name].uid}.*CHANCERY_${name.toUpperCase()}_UID`,
        ),
      );
    },
  );

  test("a process of another Chancery is none", async () => {
    await start(users.gateway.uid, processMark("gateway"));
    await expect(refuseStrangers(users)).resolves.toBeUndefined();
  });

  test("a process that is marked as another one is refused", async () => {
    await start(users.signer.uid, processMark("gateway"));
    await expect(refuseStrangers(users)).rejects.toThrow(/CHANCERY_SIGNER_UID/);
  });
});
