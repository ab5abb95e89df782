import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";
import { newId } from "@/lib/format/ids";
import { grantPower } from "@/lib/identities/confer-power";
import { findIdentity, identityNotFound, type Identity } from "@/lib/identities/read-identities";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import { systemRules } from "@/lib/pki/system-rules";
import { holdTrustDomain, intermediateProfile } from "@/lib/pki/trust-domain";
import { addProfile } from "@/lib/profiles/create-profile";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { daySeconds, permissionDto, permissionTarget } from "./permission-dto";
import { insertPermission, type NewPermissionRow } from "./permission-repository";
import type { CaPermissionDto, CaPermissionInput } from "./schema";

type CreateDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

const refuse = (code: ErrorCode, path: string, message: string): AppError =>
  new AppError(code, message, { findings: [{ code, path, message }] });

/**
 * Asks for a permission: the identity may get CA certificates for its own keys, for a trust domain
 * that it holds as a whole. Nothing is signed under it before the operator of the host confirmed it
 * (`chancery confirm`), and from now on the identity confers power. Errors: `identity.not-found`,
 * `identity.system`, `ca-permission.authority`, `ca-permission.trust-domain`, `power.unaccepted`,
 * `profile.exists` if another profile has the slug of the one for such CAs.
 */
export async function createCaPermission(
  deps: CreateDeps,
  actor: Actor,
  input: CaPermissionInput,
): Promise<Recorded<CaPermissionDto>> {
  authorize(actor, "authorities.create");
  const identity = await findIdentity(deps, input.identity);
  if (identity === null) throw identityNotFound();
  const authority = await getParent(deps, input.authority);
  assertHolds(identity, input.trustDomain);
  await ensureProfile(deps, actor);
  const now = deps.clock.now();
  const row: NewPermissionRow = {
    id: newId("cap", now, deps.random.bytes),
    identityId: identity.id,
    authorityId: authority.id,
    trustDomain: input.trustDomain,
    maxSeconds: input.maxDays * daySeconds,
    count: input.count,
    createdBy: actor.label,
    createdAt: now,
  };
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const granted = await grantPower(tx, actor, {
      identityId: identity.id,
      power: "ca",
      through: { kind: "ca-permission", id: row.id, label: row.trustDomain },
      act: "grant-ca",
      accepted: input.accepted,
      now,
    });
    await insertPermission(tx, row);
    const { identityId, authorityId, trustDomain, maxSeconds, count } = row;
    return {
      result: null,
      entries: [
        {
          action: "ca-permission.created",
          outcome: "success",
          target: permissionTarget(row.id, identity.name),
          details: { identityId, authorityId, trustDomain, maxSeconds, count },
        },
        granted,
      ],
    };
  });
  const undecided = { decision: null, decidedBy: null, decidedAt: null, used: 0, revokedAt: null };
  const names = { identityName: identity.name, authoritySlug: authority.slug };
  return { result: permissionDto({ ...row, ...names, ...undecided }), entryId };
}

async function getParent(deps: CreateDeps, ref: string): Promise<Issuer> {
  const issuer = await findIssuer(deps, ref, true);
  const code = "ca-permission.authority";
  if (issuer?.status !== "active")
    throw refuse(code, "authority", "There is no active CA of this name. Choose another.");
  if (issuer.facts.pathLength === 0)
    throw refuse(
      code,
      "authority",
      `${issuer.slug} has the path length 0, so it signs no CA certificates. Choose a CA above it, or create one with the path length 1.`,
    );
  return issuer;
}

/** Whoever has the CA can issue for every name in the trust domain, so they are the identity's. */
function assertHolds({ name, names }: Identity, trustDomain: string): void {
  if (!holdTrustDomain(names, trustDomain))
    throw refuse(
      "ca-permission.trust-domain",
      "trustDomain",
      `${name} doesn't hold spiffe://${trustDomain}/*. Add that name to it first: a CA of the trust domain can issue for all of it.`,
    );
}

/** The profile of these CA certificates, which databases get when it is needed first. */
async function ensureProfile(deps: CreateDeps, actor: Actor): Promise<void> {
  const found = await findProfile(deps, intermediateProfile);
  if (found?.system) return;
  if (found !== null)
    throw new AppError(
      "profile.exists",
      `The slug ${intermediateProfile} is that of another profile. CAs of clients need it, so no CA permission can be created here.`,
    );
  await addProfile(deps, actor, {
    slug: intermediateProfile,
    name: "CA of a client",
    description: "Short-lived certificates of CAs whose keys clients have, under CA permissions.",
    system: true,
    authority: null,
    rules: systemRules[intermediateProfile],
  }).catch((error: unknown) => {
    // Another process has just added it.
    if (!isAppError(error) || error.code !== "profile.exists") throw error;
  });
}
