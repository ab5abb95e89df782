import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { requireIssuer } from "./create-profile";
import { noSuchProfile } from "./find-profile";
import { getProfile } from "./get-profile";
import { profileTarget, rulesSha256, rulesText } from "./profile-dto";
import { findProfileRow, retireProfileRow, updateProfileRow } from "./profiles-repository";
import type { ProfileRow } from "./profiles-repository";
import type { ProfileChange, ProfileDto } from "./schema";

type ProfileDeps = Pick<Deps, "db" | "clock" | "random">;
type Next = Pick<ProfileRow, "name" | "description" | "authorityId" | "authoritySlug" | "rules">;

async function editableProfile(deps: ProfileDeps, ref: string): Promise<ProfileRow> {
  const row = await findProfileRow(deps.db, ref);
  if (!row) throw noSuchProfile();
  if (row.system)
    throw new AppError(
      "profile.system",
      "This profile serves Chancery itself and cannot be changed.",
      { kind: "conflict" },
    );
  if (row.status !== "active")
    throw new AppError("profile.retired", "This profile is retired and cannot be changed.", {
      kind: "conflict",
    });
  return row;
}

function changesOf(
  row: ProfileRow,
  next: Next,
): Record<string, { from: string | null; to: string | null }> {
  const pairs: Readonly<Record<string, readonly [string | null, string | null]>> = {
    name: [row.name, next.name],
    description: [row.description, next.description],
    authority: [row.authoritySlug, next.authoritySlug],
    rules: [rulesText(row.rules), rulesText(next.rules)],
  };
  return Object.fromEntries(
    Object.entries(pairs)
      .filter(([, [from, to]]) => from !== to)
      .map(([field, [from, to]]) => [field, { from, to }]),
  );
}

function changedMeanwhile(): AppError {
  return new AppError(
    "profile.changed-meanwhile",
    "Somebody else changed this profile in the meantime. Read it again and repeat the change.",
    { kind: "conflict" },
  );
}

/**
 * Changes a profile and counts its version up; certificates keep the version that they were issued under. Errors: `profile.not-found`,
 * `profile.system`, `profile.retired`, `profile.authority`, `profile.changed-meanwhile` (also when `version` is not the current one).
 */
export async function updateProfile(
  deps: ProfileDeps,
  actor: Actor,
  ref: string,
  input: ProfileChange,
): Promise<ProfileDto> {
  authorize(actor, "profiles.write");
  const row = await editableProfile(deps, ref);
  if (input.version !== undefined && input.version !== row.version) throw changedMeanwhile();
  const issuer =
    input.authority === undefined
      ? { id: row.authorityId, slug: row.authoritySlug }
      : await requireIssuer(deps, input.authority);
  const next: Next = {
    name: input.name ?? row.name,
    description: input.description ?? row.description,
    authorityId: issuer.id,
    authoritySlug: issuer.slug,
    rules: input.rules ?? row.rules,
  };
  const changes = changesOf(row, next),
    isChanged = Object.keys(changes).length > 0;
  const version = isChanged ? row.version + 1 : row.version;
  const { name, description, authorityId, rules } = next;
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const done =
      !isChanged ||
      (await updateProfileRow(tx, row.id, row.version, {
        name,
        description,
        authorityId,
        rules,
        version,
        changedAt: deps.clock.now(),
      }));
    if (!done) throw changedMeanwhile();
    return {
      result: null,
      entries: [
        {
          action: "profile.updated",
          outcome: "success",
          target: profileTarget(row),
          details: { version, rulesSha256: rulesSha256(rules), changes },
        },
      ],
    };
  });
  return { ...(await getProfile(deps, actor, row.id)), entryId: entryIds[0] ?? "" };
}

/** From now on nothing is issued under it; what was stays. Errors: `profile.not-found`, `profile.system`, `profile.retired`. */
export async function retireProfile(
  deps: ProfileDeps,
  actor: Actor,
  ref: string,
): Promise<ProfileDto> {
  authorize(actor, "profiles.write");
  const row = await editableProfile(deps, ref);
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    if (!(await retireProfileRow(tx, row.id, deps.clock.now()))) throw changedMeanwhile();
    const details = {
      version: row.version,
      rulesSha256: rulesSha256(row.rules),
      changes: { status: { from: "active", to: "retired" } },
    };
    return {
      result: null,
      entries: [
        { action: "profile.updated", outcome: "success", target: profileTarget(row), details },
      ],
    };
  });
  return { ...(await getProfile(deps, actor, row.id)), entryId: entryIds[0] ?? "" };
}
