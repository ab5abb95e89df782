import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "@/lib/errors/error-message";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { fail, type Finding, info, ok } from "./finding";

/**
 * The files in which the signer stores the last checkpoint of each log. They must be intact and
 * readable only by their owner.
 */
export function checkSignerState(dataFolder: string, settings: NodeJS.ProcessEnv): Finding {
  const folder = settings.CHANCERY_WITNESS_DIR || join(dataFolder, "witness");
  if (!existsSync(folder))
    return info(
      "signer state",
      `${folder} does not exist yet. The signer creates it with the first checkpoint.`,
    );
  if ((statSync(folder).mode & 0o077) !== 0)
    return fail("signer state", `Other users can read ${folder}. Run: chmod 700 ${folder}`);
  const invalid: string[] = [];
  const checkpoints: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".checkpoint"))) {
    try {
      const { origin, size } = parseCheckpoint(readFileSync(join(folder, name), "utf8"));
      if (name !== `${createHash("sha256").update(origin).digest("hex")}.checkpoint`)
        throw new Error(`it belongs to ${origin}`);
      checkpoints.push(`${origin} (${size} entries)`);
    } catch (error) {
      invalid.push(`${join(folder, name)} is not a valid checkpoint (${errorMessage(error)})`);
    }
  }
  if (invalid.length > 0)
    return fail(
      "signer state",
      `${invalid.join("; ")}. Restore the file from a backup, or replace it with the newest checkpoint that you trust. Nothing is signed until then.`,
    );
  return ok(
    "signer state",
    checkpoints.length === 0 ? `${folder} is empty` : `${folder}: ${checkpoints.join(", ")}`,
  );
}
