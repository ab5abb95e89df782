import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";

/** An earlier version of this repository, installed and built in a folder of its own. */
export type EarlierVersion = Readonly<{ folder: string; remove: () => void }>;

/** The commit before the one that added this migration; null if this clone lacks that history. */
export function findCommitBefore(migration: string): string | null {
  const added = [
    "log",
    "--diff-filter=A",
    "--format=%H^",
    "-1",
    "--",
    `prisma/migrations/${migration}`,
  ];
  const before = git(added);
  return before === null ? null : git(["rev-parse", "--verify", "--quiet", before]);
}

function git(args: readonly string[]): string | null {
  const { status, stdout } = spawnSync("git", args, { cwd: findRepoRoot(), encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : null;
}

/** Builds a commit by its own scripts, in some minutes. */
export async function buildEarlierVersion(commit: string): Promise<EarlierVersion> {
  const script = join(findRepoRoot(), "tools/scripts/lib/build-commit.mjs");
  const { buildCommit } = (await import(script)) as {
    buildCommit: (
      commit: string,
      step: (what: string, work: () => Promise<void>) => Promise<void>,
    ) => Promise<EarlierVersion>;
  };
  return buildCommit(commit, (_what, work) => work());
}
