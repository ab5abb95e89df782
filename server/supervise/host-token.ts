import { randomBytes } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { sha256Hex } from "@/lib/format/hash";
import { hostTokenPath } from "@/lib/signers/host-token";

const tokenBytes = 32;

/**
 * Writes the token with which the host's operator proves to the signer that a command comes from
 * the host, and returns its digest for the signer. The file is this user's alone, and no signer
 * accepts its token after the next start.
 */
export function writeHostToken(dataFolder: string): string {
  const token = randomBytes(tokenBytes).toString("base64url");
  const path = hostTokenPath(dataFolder);
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${token}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
  return sha256Hex(token);
}
