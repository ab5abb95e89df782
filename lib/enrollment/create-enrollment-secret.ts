import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { minuteMs } from "@/lib/format/time-units";
import { requirePower } from "@/lib/identities/power";
import type { Identity } from "@/lib/identities/read-identities";
import { credentialDigest } from "@/lib/log/credential-digest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { NewEntry } from "@/lib/log/types";
import { canonicalNetworks } from "@/lib/net/network";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { lockMaker } from "@/lib/tokens/lock-maker";
import type { TokenMaker } from "@/lib/tokens/bound-token";
import { hashSecret, makeSecret } from "@/lib/tokens/token-secret";
import { makeHmacKey } from "./binding-key";
import { getEnrollable } from "./get-enrollable";
import type { CreatedEnrollmentSecret, EnrollmentSecretInput } from "./schema";
import { secretDto, secretTarget } from "./secret-dto";
import { insertSecret, type SecretRow } from "./secret-repository";
import { findObstacle, issuesAcmeNames } from "./usable-profiles";

type CreateDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "delivery" | "publicUrl" | "httpsUrl"
>;

/**
 * Makes a secret with which a machine gets certificates for one identity, under one profile that the
 * identity may use for itself, for names that it holds; or an ACME account that does. It counts no
 * more once it is spent, expired or revoked, or once its maker ended. Never for an identity that
 * confers power. The secret and its HMAC key are in this answer alone; the database holds a hash of
 * the one and the other sealed. Errors: `identity.not-found`,
 * `identity.suspended`, `identity.confers-power`, `enrollment.unusable-profile`, `network.invalid`,
 * `token.maker-ended`.
 */
export async function createEnrollmentSecret(
  deps: CreateDeps,
  actor: Actor,
  identityId: string,
  input: EnrollmentSecretInput,
): Promise<Recorded<CreatedEnrollmentSecret>> {
  authorize(actor, "identities.write");
  const identity = await getEnrollable(deps, identityId);
  const profile = await getUsableProfile(deps, identity, input.profile);
  const networks = canonicalNetworks(input.networks);
  const now = deps.clock.now();
  const secret = makeSecret(deps.random.bytes);
  const id = newId("ens", now, deps.random.bytes);
  const binding = makeBindingKey(deps, id, profile);
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const maker = await lockMaker(tx, actor, now);
    await requirePower(tx, actor, identity.id, "create-enrollment-secret");
    const row: SecretRow = {
      id,
      identityId: identity.id,
      profileId: profile.id,
      secretHash: hashSecret(secret),
      sealed: binding?.sealed ?? null,
      networks,
      uses: input.uses,
      used: 0,
      createdBy: actor.label,
      createdAt: now,
      expiresAt: new Date(now.getTime() + input.expiresInMinutes * minuteMs),
      revokedAt: null,
      accountId: maker.account?.id ?? null,
      lineage: maker.parent === null ? [] : [maker.parent.id, ...maker.parent.lineage],
    };
    await insertSecret(tx, row);
    const entry = createdEntry(row, identity, profile, maker);
    return { result: secretDto({ ...row, profile }, now), entries: [entry] };
  });
  const base = deps.httpsUrl ?? deps.publicUrl;
  const shown = {
    secret,
    estUrl: `${base}/.well-known/est/${profile.slug}`,
    hmacKey: binding?.text ?? null,
    directory: binding === null ? null : `${base}/acme/${profile.slug}/directory`,
  };
  return { result: { ...result, ...shown }, entryId };
}

/** Null for a profile without names that ACME orders, and in a process that can't seal. */
const makeBindingKey = (deps: CreateDeps, id: string, { rules }: Profile) =>
  deps.delivery !== undefined && issuesAcmeNames(rules) ? makeHmacKey(deps, id) : null;

const digestOf = (bytes: Uint8Array): string =>
  credentialDigest(Buffer.from(bytes).toString("hex"));

const createdEntry = (
  row: SecretRow,
  identity: Identity,
  profile: Profile,
  { account }: TokenMaker,
): NewEntry => ({
  action: "enrollment-secret.created",
  outcome: "success",
  target: secretTarget(row.id, identity),
  details: {
    identityId: identity.id,
    profileId: profile.id,
    profile: profile.slug,
    uses: row.uses,
    networks: row.networks,
    expiresAt: row.expiresAt.toISOString(),
    secretDigest: digestOf(row.secretHash),
    ...(row.sealed === null ? {} : { bindingDigest: digestOf(row.sealed) }),
    lineage: row.lineage,
    ...(account === null ? {} : { account: { id: account.id, label: account.email } }),
  },
});

/** What the secret could not be used for would only be found by a machine at night. */
async function getUsableProfile(
  deps: Pick<Deps, "db">,
  identity: Identity,
  slug: string,
): Promise<Profile> {
  const profile = await findProfile(deps, slug);
  const obstacle = profile === null ? "There is no such profile." : findObstacle(profile, identity);
  if (profile !== null && obstacle === null) return profile;
  const code = "enrollment.unusable-profile";
  const message = `The profile ${slug} can't be used. ${obstacle ?? ""}`;
  throw new AppError(code, message, { findings: [{ code, message, path: "profile" }] });
}
