import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { bad, note, ok, type Finding } from "./finding";

/** What the signer remembers of the logs that it signed: it must be whole, the owner's alone, and not lie where a restore brings back an old one. */
export function checkMemory(dataFolder: string, settings: NodeJS.ProcessEnv): Finding {
  const folder = settings.CHANCERY_WITNESS_DIR || join(dataFolder, "witness");
  if (!existsSync(folder))
    return note("log memory", `${folder} is made when the first checkpoint is signed`);
  if ((statSync(folder).mode & 0o077) !== 0)
    return bad("log memory", `others can read ${folder}: chmod 700 ${folder}`);
  const wrong: string[] = [],
    found: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".checkpoint"))) {
    try {
      const { origin, size } = parseCheckpoint(readFileSync(join(folder, name), "utf8"));
      if (name !== `${createHash("sha256").update(origin).digest("hex")}.checkpoint`)
        throw new Error(`it is the checkpoint of ${origin}`);
      found.push(`${origin} with ${size} entries`);
    } catch (error) {
      wrong.push(
        `${join(folder, name)} holds no checkpoint that belongs there (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
  if (wrong.length > 0)
    return bad(
      "log memory",
      `${wrong.join("; ")}: put it back from a backup, or write the newest checkpoint that you trust into it; nothing is signed until then`,
    );
  return ok(
    "log memory",
    found.length === 0 ? `${folder} is empty` : `${folder} remembers ${found.join(", ")}`,
  );
}
