import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "@/lib/errors/error-message";
import type { RunFile } from "@/lib/runtime/run-file";
import { opensKey, parseKek, readSealedKeys } from "@/lib/runtime/sealed-keys";
import { fail, type Finding, info, ok } from "./finding";

type Kek = Readonly<{ kek: Buffer; from: string; more: string }>;
const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, "0");

/**
 * The key-encryption key must be readable only by its owner, and open a key that this database
 * holds sealed. Where the database isn't at hand, the finding says that only the file was looked
 * at.
 */
export async function checkKek(
  folder: string,
  settings: NodeJS.ProcessEnv,
  running: RunFile | null,
): Promise<Finding> {
  let found: Kek | Finding;
  try {
    found = readKek(folder, settings, running);
  } catch (error) {
    return fail("KEK", `Cannot be used: ${errorMessage(error)}`);
  }
  if ("state" in found) return found;
  const url = settings.DATABASE_SIGNER_URL || running?.backupUrl;
  const { kek, from, more } = found;
  try {
    return url
      ? await openKeys(url, found)
      : info(
          "KEK",
          `${from}${more}. Whether it opens the keys in the database was not checked: ${unchecked(running)}`,
        );
  } finally {
    kek.fill(0);
  }
}

const unchecked = (running: RunFile | null): string =>
  running === null
    ? "no Chancery is running on this data folder. It is checked at each start."
    : "set DATABASE_SIGNER_URL for this command too. It was checked when Chancery started.";

function readKek(
  folder: string,
  settings: NodeJS.ProcessEnv,
  running: RunFile | null,
): Kek | Finding {
  if (settings.CHANCERY_KEK) {
    const kek = parseKek(settings.CHANCERY_KEK, "CHANCERY_KEK");
    return { kek, from: "from CHANCERY_KEK", more: "" };
  }
  const path = settings.CHANCERY_KEK_FILE || join(folder, "kek");
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file) return missing(path, settings, running);
  if ((file.mode & 0o077) !== 0)
    return fail(
      "KEK",
      `Other users can read ${path} (mode ${octal(file.mode)}). Run: chmod 600 ${path}`,
    );
  const more = settings.CHANCERY_KEK_FILE
    ? ""
    : ". It is in the same folder as the keys it encrypts; set CHANCERY_KEK_FILE to store it elsewhere";
  const kek = parseKek(readFileSync(path, "utf8"), path);
  return { kek, from: `${path}, mode ${octal(file.mode)}`, more };
}

function missing(path: string, settings: NodeJS.ProcessEnv, running: RunFile | null): Finding {
  if (settings.CHANCERY_KEK_FILE)
    return fail(
      "KEK",
      `${path} does not exist. Set CHANCERY_KEK_FILE to the file that contains the key-encryption key.`,
    );
  if (running === null)
    return info("KEK", `${path} does not exist yet. The first npm start creates it.`);
  return info(
    "KEK",
    `Not checked: the running Chancery has it from elsewhere, and ${path} does not exist. Set CHANCERY_KEK_FILE or CHANCERY_KEK for this command too.`,
  );
}

async function openKeys(url: string, { kek, from, more }: Kek): Promise<Finding> {
  let keys;
  try {
    keys = await readSealedKeys(url);
  } catch (error) {
    return fail(
      "KEK",
      `${from}${more}. The keys in the database can't be read: ${errorMessage(error)}`,
    );
  }
  if (keys.length === 0) return info("KEK", `${from}${more}. The database holds no keys yet.`);
  const count = keys.filter((key) => opensKey(kek, key)).length;
  const what = keys.length === 1 ? "the one key" : `the ${keys.length} keys`;
  if (count === keys.length) return ok("KEK", `${from}; it opens ${what} looked at${more}.`);
  return fail(
    "KEK",
    count === 0
      ? `The KEK ${from} opens none of the keys in this database: nothing can be signed. Restore the right one, or set CHANCERY_KEK_FILE to it.`
      : `The KEK ${from} opens only ${count} of ${what} looked at in this database. The rows of the others were changed, or they were sealed under another KEK; restore them from a backup.`,
  );
}
