import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { getIssuingAuthority } from "./create-profile";
import { profileTarget, rulesText, versionDetails } from "./profile-dto";
import {
  findProfileRow,
  insertProfileVersion,
  retireProfileRow,
  updateProfileRow,
  type ProfileRow,
} from "./profile-repository";
import { profileNotFound, getProfile } from "./read-profiles";
import type { ProfileChange, ProfileDto } from "./schema";
import type { StoredRules } from "@/lib/pki/stored-rules";

type ProfileDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
type Next = Pick<ProfileRow, "name" | "description" | "authorityId" | "authoritySlug"> &
  Readonly<{ rules: StoredRules }>;

async function getEditableProfile(deps: ProfileDeps, ref: string): Promise<ProfileRow> {
  const row = await findProfileRow(deps.db, ref);
  if (!row) throw profileNotFound();
  if (row.system)
    throw new AppError(
      "profile.system",
      "This profile is used by Chancery itself and can't be changed.",
    );
  if (row.status !== "active")
    throw new AppError("profile.retired", "This profile is retired and can't be changed.");
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
    rules: [rulesText(row.storedRules), rulesText(next.rules)],
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
    "This profile was changed by someone else in the meantime. Reload it and try again.",
  );
}

/**
 * Changes a profile and increments its version; certificates keep the version that they were issued
 * under. Errors: `profile.not-found`, `profile.system`, `profile.retired`, `profile.authority`,
 * `profile.changed-meanwhile` (also when `version` is not the current one).
 */
export async function updateProfile(
  deps: ProfileDeps,
  actor: Actor,
  ref: string,
  input: ProfileChange,
): Promise<Recorded<ProfileDto>> {
  authorize(actor, "profiles.write");
  const row = await getEditableProfile(deps, ref);
  if (input.version !== undefined && input.version !== row.version) throw changedMeanwhile();
  const issuer =
    input.authority === undefined
      ? { id: row.authorityId, slug: row.authoritySlug }
      : await getIssuingAuthority(deps, input.authority);
  const next: Next = {
    name: input.name ?? row.name,
    description: input.description ?? row.description,
    authorityId: issuer.id,
    authoritySlug: issuer.slug,
    rules: input.rules ?? row.storedRules,
  };
  const changes = changesOf(row, next);
  const isChanged = Object.keys(changes).length > 0;
  const now = deps.clock.now();
  const id = newId("ent", now, deps.random.bytes);
  const version = isChanged ? row.version + 1 : row.version;
  const { name, description, authorityId, rules } = next;
  const { slug, system } = row;
  const whole = { profileId: row.id, version, slug, system, authorityId, rules };
  const details = versionDetails(whole);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const done =
      !isChanged ||
      (await updateProfileRow(tx, row.id, row.version, {
        name,
        description,
        authorityId,
        rules,
        version,
        changedAt: now,
      }));
    if (!done) throw changedMeanwhile();
    const digest = details.versionSha256;
    if (isChanged)
      await insertProfileVersion(tx, { ...whole, digest, entryId: id, createdAt: now });
    return {
      result: null,
      entries: [
        {
          id,
          action: "profile.updated",
          outcome: "success",
          target: profileTarget(row),
          details: { ...details, changes },
        },
      ],
    };
  });
  return { result: await getProfile(deps, actor, row.id), entryId };
}

/**
 * Retires a profile: nothing is issued under it any more, and issued certificates stay as they are.
 * Errors: `profile.not-found`, `profile.system`, `profile.retired`, `profile.changed-meanwhile`.
 */
export async function retireProfile(
  deps: ProfileDeps,
  actor: Actor,
  ref: string,
): Promise<Recorded<ProfileDto>> {
  authorize(actor, "profiles.write");
  const row = await getEditableProfile(deps, ref);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    if (!(await retireProfileRow(tx, row.id, deps.clock.now()))) throw changedMeanwhile();
    const whole = { ...row, profileId: row.id, rules: row.storedRules };
    const details = {
      ...versionDetails(whole),
      changes: { status: { from: "active", to: "retired" } },
    };
    return {
      result: null,
      entries: [
        { action: "profile.updated", outcome: "success", target: profileTarget(row), details },
      ],
    };
  });
  return { result: await getProfile(deps, actor, row.id), entryId };
}
