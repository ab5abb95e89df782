import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { ChildName } from "@/server/supervise/child-environment";

/** The numeric user and group that a process runs as. No account needs to have that number. */
export type ProcessUser = Readonly<{ uid: number; gid: number }>;
export type ProcessUsers = Readonly<Record<ChildName, ProcessUser>>;

/** Unassigned in systemd's table of user ids, so that no package and no account uses them. */
const defaultIds = {
  CHANCERY_GID: 60_900,
  CHANCERY_SIGNER_UID: 60_901,
  CHANCERY_GATEWAY_UID: 60_902,
  CHANCERY_CONSOLE_UID: 60_903,
} as const;
const maxId = 0xff_ff_ff_fe;

/** Reads the ids from the settings. Throws with the variable that is wrong. */
export function readProcessUsers(settings: NodeJS.ProcessEnv): ProcessUsers {
  const read = (name: keyof typeof defaultIds): number => {
    const text = settings[name] || String(defaultIds[name]);
    const id = Number(text);
    if (!/^\d+$/.test(text) || id < 1 || id > maxId)
      throw new Error(
        `${name} is "${text}". Set it to the number of a user or group that isn't root's, or unset it.`,
      );
    return id;
  };
  const gid = read("CHANCERY_GID");
  const signer = read("CHANCERY_SIGNER_UID"),
    gateway = read("CHANCERY_GATEWAY_UID"),
    console = read("CHANCERY_CONSOLE_UID");
  if (new Set([signer, gateway, console]).size < 3)
    throw new Error(
      "CHANCERY_SIGNER_UID, CHANCERY_GATEWAY_UID and CHANCERY_CONSOLE_UID must differ: a user for each process is what keeps them apart.",
    );
  return {
    signer: { uid: signer, gid },
    gateway: { uid: gateway, gid },
    console: { uid: console, gid },
  };
}

/** The last argument of each process, by which it is recognized, also by another Chancery. */
export const processMark = (name: string): string => `chancery-${name}`;

const attempts = 5;
const pauseMs = 200;

/**
 * Throws if another program runs as one of these users: it could read that process's files and
 * memory. Looks again a few times, because a process that is just starting, here or in another
 * Chancery on this machine, doesn't yet have its own arguments.
 */
export async function refuseStrangers(users: ProcessUsers): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const [stranger] = listStrangers(users);
    if (stranger === undefined) return;
    if (attempt >= attempts)
      throw new Error(
        `Process ${stranger.pid} (${stranger.command}) runs as user ${stranger.uid}, which is the user of Chancery's ${stranger.name}. Stop that program, or set ${variableOf(stranger.name)} to a user that no other program runs as.`,
      );
    await pause(pauseMs);
  }
}

const variableOf = (name: ChildName): string => `CHANCERY_${name.toUpperCase()}_UID`;

type Stranger = Readonly<{ pid: number; uid: number; name: ChildName; command: string }>;

function listStrangers(users: ProcessUsers): Stranger[] {
  const names = new Map(
    Object.entries(users).map(([name, { uid }]) => [uid, name as ChildName] as const),
  );
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return strangerOf(Number(pid), names) ?? [];
      } catch {
        return []; // it ended while we looked
      }
    });
}

function strangerOf(pid: number, names: ReadonlyMap<number, ChildName>): Stranger | null {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const ids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [];
  const uid = ids.find((id) => names.has(id));
  if (uid === undefined || /^State:\s+[ZX]/m.test(status)) return null;
  const name = names.get(uid) as ChildName;
  const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
  if (args.at(-1) === processMark(name)) return null;
  return { pid, uid, name, command: args[0]?.slice(0, 100) ?? "" };
}
