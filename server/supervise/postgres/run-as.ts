import { readFileSync, statSync } from "node:fs";

/**
 * Ids for spawn, and for chown of the server's files; empty when the server runs as the current
 * user.
 */
export type ServerUser = Readonly<{
  uid?: number;
  gid?: number;
}>;

/** The user that belongs to no one in particular; other programs may run as it too. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** Accounts that are made for a database server. initdb refuses a user without an account. */
const accounts = ["chancery", "postgres"];

/**
 * PostgreSQL refuses to run as root. Started by root, it runs as the owner of an existing cluster,
 * else as the account chancery or postgres, whichever exists, else as nobody. A cluster of nobody,
 * or of root, goes to such an account. Started by another user, it runs as that user.
 */
export function chooseServerUser(clusterFolder: string, passwd = "/etc/passwd"): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0 && owner.uid !== nobody.uid)
    return { uid: owner.uid, gid: owner.gid };
  return findAccount(passwd) ?? nobody;
}

function findAccount(passwd: string): Readonly<{ uid: number; gid: number }> | null {
  const lines = readText(passwd).split("\n");
  for (const account of accounts) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${account}:`))?.split(":") ?? [];
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** For the banner, where the server has another user than Chancery. */
export function describeServerUser(clusterFolder: string, passwd = "/etc/passwd"): string {
  if (process.getuid?.() !== 0) return "";
  const { uid } = statSync(clusterFolder);
  const name = readText(passwd)
    .split("\n")
    .find((line) => line.split(":")[2] === String(uid))
    ?.split(":")[0];
  return uid === nobody.uid
    ? ", as user nobody, which other programs may run as: create an account named chancery"
    : `, as user ${name ?? uid}`;
}
