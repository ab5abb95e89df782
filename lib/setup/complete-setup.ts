import type { EntryId } from "@/lib/format/ids";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { listAccounts } from "@/lib/accounts/read-accounts";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { activateAuthority } from "@/lib/issuing/activate-authority";
import {
  createPendingAuthority,
  type AuthorityRequest,
} from "@/lib/issuing/create-pending-authority";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { addProfile } from "@/lib/profiles/create-profile";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { leafProfiles, systemProfiles, type DefaultProfile } from "./default-profiles";
import { isSetUp } from "./is-set-up";
import {
  domainsOf,
  setupInput,
  type SetupInput,
  type SetupRequest,
  type SetupResult,
} from "./schema";
import { insertOrganization, withSetupLock } from "./setup-repository";
import { ensureSystemIdentities } from "./system-identities";

/**
 * Sets up Chancery: profiles, a root and an issuing authority, the first administrator, and the
 * organization. Each step is recorded separately, and a call after a crash continues where it
 * stopped. The caller must have authorized this (the one-time link, or the environment); the signer
 * checks it too, by the token of the link, and certifies no CA without it. Errors: `setup.done`,
 * `signer.setup-token`, `setup.unfinished`, `authority.refused`, those of the signer.
 */
export async function completeSetup(
  deps: Deps,
  actor: Actor,
  request: SetupRequest,
  token = "",
): Promise<Recorded<SetupResult>> {
  const input = setupInput.parse(request);
  // No one has a role before the first administrator exists. The entries still name the actor.
  const setupActor: Actor = { ...actor, role: "system" };
  return withSetupLock(deps.db, () => runSetup(deps, setupActor, input, token));
}

async function runSetup(
  deps: Deps,
  actor: Actor,
  input: SetupInput,
  token: string,
): Promise<Recorded<SetupResult>> {
  if (await isSetUp(deps))
    throw new AppError("setup.done", "Chancery is already set up. Sign in instead.");
  const { organization, root, issuing } = input;
  await ensureProfiles(deps, actor, systemProfiles, null);
  await ensureSystemIdentities(deps, actor);
  await deps.signer.grantSetup({ token, domains: domainsOf(input) });
  const rootCa = await ensureAuthority(deps, actor, {
    ...root,
    slug: "root",
    organization,
    parent: null,
    name: root.name ?? `${organization} Root CA`.slice(0, 64),
  });
  const issuingCa = await ensureAuthority(deps, actor, {
    ...issuing,
    slug: "issuing",
    organization,
    parent: rootCa,
    name: issuing.name ?? `${organization} Issuing CA`.slice(0, 64),
  });
  await ensureProfiles(deps, actor, leafProfiles(domainsOf(input)), issuingCa);
  const accountId = await ensureAdministrator(deps, actor, input);
  const entryId = await recordCompletion(deps, actor, organization);
  const { items: authorities } = await listAuthorities(deps, actor);
  return { result: { organization, accountId, authorities }, entryId };
}

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

/** The authority with this slug: created if missing, and finished if a crash interrupted it. */
async function ensureAuthority(
  deps: Deps,
  actor: Actor,
  request: AuthorityRequest,
): Promise<Issuer> {
  const { items } = await listAuthorities(deps, actor);
  const existing = items.find((item) => item.slug === request.slug);
  const authorityId =
    existing?.id ?? (await createPendingAuthority(deps, actor, request)).authorityId;
  if (existing?.status !== "active") await activateAuthority(deps, actor, authorityId);
  const issuer = await findIssuer(deps, authorityId, true);
  if (!issuer)
    throw new AppError(
      "setup.unfinished",
      `The CA ${request.slug} could not be created. Try again; setup continues where it stopped.`,
    );
  if ((existing?.crl ?? null) === null) await publishCrl(deps, authorityId);
  return issuer;
}

async function ensureAdministrator(deps: Deps, actor: Actor, input: SetupInput): Promise<string> {
  const { items } = await listAccounts(deps, actor, { q: input.adminEmail });
  const existing = items.find((item) => item.email === input.adminEmail);
  if (existing) return existing.id;
  const { result: account } = await createFirstAccount(deps, actor, {
    email: input.adminEmail,
    name: input.adminName,
    role: "admin",
    password: input.adminPassword,
  });
  return account.id;
}

async function recordCompletion(deps: Deps, actor: Actor, name: string): Promise<EntryId> {
  const now = deps.clock.now();
  const row = { id: newId("org", now, deps.random.bytes), name, createdAt: now };
  const target = { kind: "organization", id: row.id, label: name };
  const { entryIds } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await insertOrganization(tx, row);
    return {
      result: null,
      entries: [
        {
          action: "organization.created",
          outcome: "success",
          target,
          details: { name, nameBinding: "enforced" },
        },
        { action: "setup.completed", outcome: "success", target, details: { organization: name } },
      ],
    };
  });
  return entryIds.at(-1) ?? entryIds[0];
}
