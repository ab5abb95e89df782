import { createAccount } from "@/lib/accounts/create-account";
import { listAccounts } from "@/lib/accounts/list-accounts";
import type { Actor } from "@/lib/auth/actor";
import { finishAuthority } from "@/lib/authorities/finish-authority";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import { loadIssuer } from "@/lib/authorities/load-issuer";
import type { Issuer } from "@/lib/authorities/load-issuer";
import { beginAuthority } from "@/lib/authorities/plan-authority";
import type { AuthorityPlan } from "@/lib/authorities/plan-authority";
import { publishCrl } from "@/lib/authorities/publish-crl";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { addProfile } from "@/lib/profiles/create-profile";
import { findProfile } from "@/lib/profiles/find-profile";
import { leafProfiles, systemProfiles } from "./default-profiles";
import type { DefaultProfile } from "./default-profiles";
import { isSetUp } from "./is-set-up";
import { setupInput } from "./schema";
import type { SetupInput, SetupRequest, SetupResult } from "./schema";
import { insertOrganization, withSetupLock } from "./setup-repository";
import { ensureSystemIdentities } from "./system-identities";

async function ensureProfiles(
  deps: Deps,
  actor: Actor,
  profiles: readonly DefaultProfile[],
  authority: Issuer | null,
): Promise<void> {
  for (const profile of profiles) {
    if ((await findProfile(deps, profile.slug)) === null)
      await addProfile(deps, actor, { ...profile, authority });
  }
}

/** The authority with that slug, made or finished as far as it is not there yet. */
async function ensureAuthority(deps: Deps, actor: Actor, plan: AuthorityPlan): Promise<Issuer> {
  const { items } = await listAuthorities(deps, actor);
  const known = items.find((item) => item.slug === plan.slug);
  const authorityId = known?.id ?? (await beginAuthority(deps, actor, plan)).authorityId;
  if (known?.status !== "active") await finishAuthority(deps, actor, authorityId);
  const issuer = await loadIssuer(deps, authorityId, true);
  if (!issuer)
    throw new AppError(
      "setup.incomplete",
      `The authority ${plan.slug} could not be finished. Try again; what is there is kept.`,
      { kind: "unavailable" },
    );
  if ((known?.crl ?? null) === null) await publishCrl(deps, authorityId);
  return issuer;
}

async function ensureAdministrator(deps: Deps, actor: Actor, input: SetupInput): Promise<string> {
  const { items } = await listAccounts(deps, actor, { q: input.adminEmail });
  const known = items.find((item) => item.email === input.adminEmail);
  return (
    known?.id ??
    (
      await createAccount(deps, actor, {
        email: input.adminEmail,
        name: input.adminName,
        role: "admin",
        password: input.adminPassword,
      })
    ).id
  );
}

async function recordCompletion(deps: Deps, actor: Actor, name: string): Promise<string> {
  const now = deps.clock.now(),
    row = { id: newId("org", now, deps.random.bytes), name, createdAt: now };
  const target = { kind: "organization", id: row.id, label: name };
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    await insertOrganization(tx, row);
    return {
      result: null,
      entries: [
        { action: "organization.created", outcome: "success", target, details: { name } },
        { action: "setup.completed", outcome: "success", target, details: { organization: name } },
      ],
    };
  });
  return entryIds[1] ?? "";
}

async function runSetup(deps: Deps, actor: Actor, input: SetupInput): Promise<SetupResult> {
  if (await isSetUp(deps))
    throw new AppError("setup.done", "Chancery is set up already. Sign in instead.", {
      kind: "conflict",
    });
  const { organization, root, issuing } = input;
  await ensureProfiles(deps, actor, systemProfiles(), null);
  await ensureSystemIdentities(deps, actor);
  const top = await ensureAuthority(deps, actor, {
    ...root,
    slug: "root",
    organization,
    parent: null,
    name: root.name ?? `${organization} Root CA`.slice(0, 64),
  });
  const below = await ensureAuthority(deps, actor, {
    ...issuing,
    slug: "issuing",
    organization,
    parent: top,
    name: issuing.name ?? `${organization} Issuing CA`.slice(0, 64),
  });
  await ensureProfiles(deps, actor, leafProfiles(input.dnsPatterns), below);
  const accountId = await ensureAdministrator(deps, actor, input);
  const entryId = await recordCompletion(deps, actor, organization);
  return {
    organization,
    accountId,
    authorities: (await listAuthorities(deps, actor)).items,
    entryId,
  };
}

/**
 * The first run: profiles, root, issuing authority, the first administrator, the organisation. Each step is recorded by itself; what a crash
 * left is continued by the next call. The door has checked that the caller may do this (the one-time link, or the environment). Errors:
 * `setup.done`, `authority.refused`, those of the signer.
 */
export async function completeSetup(
  deps: Deps,
  actor: Actor,
  request: SetupRequest,
): Promise<SetupResult> {
  const input = setupInput.parse(request);
  // Nobody has a role before the first administrator exists; the entries still name who asked, and from where.
  const acting: Actor = { ...actor, role: "system" };
  return withSetupLock(deps.db, () => runSetup(deps, acting, input));
}
