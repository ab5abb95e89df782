import { statSync } from "node:fs";

/** Ids for spawn, and for chown of what the server must own; empty when the server runs as whoever started us. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

const NOBODY = 65_534;

/**
 * PostgreSQL refuses to run as root. Root's server runs as the owner of an existing cluster, or as `nobody`;
 * an ordinary user's runs as that user.
 */
export function chooseServerUser(clusterFolder: string): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  return owner && owner.uid !== 0
    ? { uid: owner.uid, gid: owner.gid }
    : { uid: NOBODY, gid: NOBODY };
}
