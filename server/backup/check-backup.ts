import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "@/lib/format/hash";
import { BackupError } from "./backup-error";
import { type Manifest, manifestDigestName, manifestName, parseManifest } from "./manifest";

export type CheckedBackup = Readonly<{
  folder: string;
  manifest: Manifest;
  manifestSha256: string;
}>;

/**
 * Reads the manifest and compares every file of a backup with it, and the migrations with those
 * that this version knows. Throws BackupError with everything that is wrong.
 */
export async function checkBackup(
  folder: string,
  knownMigrations: readonly string[],
): Promise<CheckedBackup> {
  const { manifest, manifestSha256 } = readManifest(folder);
  const unknown = manifest.migrations.filter((name) => !knownMigrations.includes(name));
  if (unknown.length > 0)
    throw new BackupError(
      `The backup was made by a newer version of Chancery (${manifest.chancery}): its database has the migrations ${unknown.join(", ")}. Restore it with that version.`,
    );
  const problems: string[] = [];
  const listed = new Set(manifest.files.map(({ path }) => path));
  for (const { name, files } of manifest.tables)
    for (const path of files.filter((one) => !listed.has(one)))
      problems.push(`${path} of the table ${name} is not in the manifest's list of files`);
  for (const file of manifest.files) {
    const problem = await problemWith(folder, file);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0)
    throw new BackupError(
      `The backup in ${folder} is damaged. Nothing was restored.\n  ${problems.join("\n  ")}`,
    );
  return { folder, manifest, manifestSha256 };
}

function readManifest(folder: string): Pick<CheckedBackup, "manifest" | "manifestSha256"> {
  const path = join(folder, manifestName);
  if (!existsSync(path))
    throw new BackupError(
      `${folder} has no ${manifestName}: it is not a backup of Chancery, or not a whole one.`,
    );
  const text = readFileSync(path, "utf8");
  const manifestSha256 = sha256Hex(text);
  const manifest = parseManifest(text);
  const digestPath = join(folder, manifestDigestName);
  const digest = existsSync(digestPath) ? readFileSync(digestPath, "utf8").split(" ")[0] : "";
  if (digest !== manifestSha256)
    throw new BackupError(
      `${manifestName} was changed: its SHA-256 is not the one in ${manifestDigestName}. Nothing was restored.`,
    );
  return { manifest, manifestSha256 };
}

async function problemWith(
  folder: string,
  { path, size, sha256 }: Manifest["files"][number],
): Promise<string | null> {
  const place = join(folder, path);
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found?.isFile()) return `${path} is missing`;
  if (found.size !== size) return `${path} has ${found.size} bytes instead of ${size}`;
  const hash = createHash("sha256");
  for await (const piece of createReadStream(place)) hash.update(piece as Buffer);
  return hash.digest("hex") === sha256 ? null : `${path} was changed`;
}
