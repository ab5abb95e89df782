import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./root.mjs";
import { run, toolEnvironment } from "./run.mjs";

const git = (...args) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/**
 * Another commit of this repository, installed and built by its own scripts in a temporary folder.
 * `remove` takes the folder away. Throws if there is no such commit, or if it can't be built.
 */
export async function buildCommit(name, step) {
  const commit = resolveCommit(name);
  const folder = mkdtempSync(join(tmpdir(), "chancery-commit-"));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    git("worktree", "prune");
  };
  try {
    git("worktree", "add", "--quiet", "--detach", folder, commit);
    await step(`packages of ${commit}`, () => install(folder));
    await step(`building ${commit}`, () => prepare(folder));
  } catch (error) {
    remove();
    throw error;
  }
  return { commit, folder, remove };
}

function resolveCommit(name) {
  try {
    return git("rev-parse", "--short=8", "--verify", "--end-of-options", `${name}^{commit}`).trim();
  } catch {
    throw new Error(`There is no commit ${name} in this repository. Use a hash, tag or branch.`);
  }
}

/** The packages of this clone where the commit has the same ones, else its own. */
async function install(folder) {
  const lock = (of) => readFileSync(join(of, "package-lock.json"), "utf8");
  const modules = join(folder, "node_modules");
  if (existsSync(join(root, "node_modules")) && lock(root) === lock(folder)) {
    try {
      await run("cp", ["-al", join(root, "node_modules"), modules]);
      return;
    } catch {
      // No hard links here, or not between these file systems.
      rmSync(modules, { recursive: true, force: true });
    }
  }
  await run("npm", ["ci", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: folder,
    env: toolEnvironment({ CI: "true" }),
  });
}

/** Where its scripts are: earlier commits have them in another folder. */
const places = ["tools/scripts/lib/prepare.mjs", "scripts/lib/prepare.mjs"];

function prepare(folder) {
  const place = places.find((path) => existsSync(join(folder, path)));
  if (place === undefined) throw new Error(`The commit has none of ${places.join(", ")}.`);
  const program = `const { prepareAll } = await import("./${place}"); await prepareAll((_what, work) => work());`;
  return run(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder });
}
