import { hostname, userInfo } from "node:os";
import type { HostCaller } from "@/lib/signers/host-commands";
import { readHostToken } from "@/lib/signers/host-token";
import { UsageError } from "./command";
import { dataFolder } from "./connect";

/**
 * The host's operator, as the signer recognizes them: by a token that only the user who started
 * Chancery can read. Throws UsageError if this user can't.
 */
export function hostCaller(): HostCaller {
  const folder = dataFolder();
  const token = readHostToken(folder);
  if (token === null)
    throw new UsageError(
      `This user can't read signer-admin.key in ${folder}. Run the command as the user that started Chancery, while it runs.`,
    );
  return { token, label: `command line (${userInfo().username})`, host: hostname() };
}
