import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Known = Readonly<{ url: string; since: string }>;

const isKnown = (one: unknown): one is Known =>
  typeof one === "object" &&
  one !== null &&
  "url" in one &&
  typeof one.url === "string" &&
  "since" in one &&
  typeof one.since === "string";

const pathOf = (dataFolder: string): string => join(dataFolder, "public-urls.json");

/** Empty if there is none yet, or none that can be read: it is only for messages. */
function readHistory(dataFolder: string): readonly Known[] {
  try {
    const stored: unknown = JSON.parse(readFileSync(pathOf(dataFolder), "utf8"));
    return Array.isArray(stored) && stored.every(isKnown) ? stored : [];
  } catch {
    return [];
  }
}

/**
 * Remembers the public URL in the data folder. Returns a message for each change so far:
 * certificates from before it contain the old addresses, which have to keep answering until the
 * last of them has expired.
 */
export function rememberPublicUrl(dataFolder: string, url: string, now: Date): string[] {
  const known = readHistory(dataFolder);
  const all = known.at(-1)?.url === url ? known : [...known, { url, since: now.toISOString() }];
  if (all !== known) {
    const unfinished = `${pathOf(dataFolder)}.${process.pid}`;
    writeFileSync(unfinished, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    renameSync(unfinished, pathOf(dataFolder));
  }
  return all
    .slice(1)
    .map(({ url: later, since }, at) => [all[at]?.url ?? "", later, since.slice(0, 10)] as const)
    .filter(([before]) => before !== url)
    .map(
      ([before, later, day]) =>
        `the public URL changed from ${before} to ${later} on ${day}. Certificates issued before contain ${before}: keep that address leading to this Chancery until they have expired`,
    );
}
