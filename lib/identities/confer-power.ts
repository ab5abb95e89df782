import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { findExistingInTx, type ExistingRow } from "./acceptance-repository";
import { identityTarget } from "./identity-dto";
import { lockIdentity, raiseEpoch } from "./identity-repository";
import { requirePower, type PowerAct } from "./power";
import { identityNotFound } from "./read-identities";
import type { ExistingCredentials, IdentityPower, PowerSource } from "./schema";

type PowerGrant = Readonly<{
  identityId: string;
  power: Exclude<IdentityPower, "chancery">;
  through: PowerSource;
  act: PowerAct;
  /** The digest of what the administrator was shown; see `describeExisting`. */
  accepted: string | undefined;
  now: Date;
}>;

const maxListed = 100;
const maxListedNames = 25;

/**
 * What exists, cut to what a page, a problem and an entry can hold, with the digest of all of it.
 */
export function describeExisting(row: ExistingRow): ExistingCredentials {
  const { status: _status, ...everything } = row;
  const { certificates, keys, serverKeys, tokens, names, networks, owner } = everything;
  const digest = sha256Hex(Buffer.from(canonicalJson(everything as unknown as Json)));
  return {
    digest,
    needsAcceptance: certificates.length + keys.length + tokens.length > 0,
    certificates: certificates.slice(0, maxListed),
    tokens: tokens.slice(0, maxListed),
    names: names.slice(0, maxListedNames),
    networks,
    owner,
    counts: {
      certificates: certificates.length,
      keys: keys.length,
      serverKeys: serverKeys.length,
      tokens: tokens.length,
      names: names.length,
    },
  };
}

/**
 * Confers a power on an identity, in the transaction that links the account or trusts the proxy.
 * What exists of the identity by then gets the power too, so it has to be accepted as it is at that
 * moment. The identity stays locked and its epoch is raised: a certificate that is being
 * planned is either in the accepted list, or decided again. Returns the entry, which the caller
 * must commit. Errors: `identity.not-found`, `identity.confers-power`, `identity.system`,
 * `power.unaccepted`.
 */
export async function grantPower(
  tx: AuditedTx,
  actor: Actor,
  { identityId, power, through, act, accepted, now }: PowerGrant,
): Promise<NewEntry> {
  const row = await lockIdentity(tx, identityId);
  const found = row && (await findExistingInTx(tx, identityId, now));
  if (!found) throw identityNotFound();
  await requirePower(tx, actor, identityId, act);
  const existing = describeExisting(found);
  if (existing.needsAcceptance || accepted !== undefined)
    assertAccepted(found.name, existing, accepted);
  await raiseEpoch(tx, identityId);
  const { needsAcceptance, counts, ...list } = existing;
  return {
    action: "identity.power-granted",
    outcome: "success",
    target: identityTarget(row),
    details: {
      power,
      through,
      accepted: needsAcceptance ? existing.digest : null,
      existing: { ...list, counts },
    },
  };
}

function assertAccepted(
  name: string,
  existing: ExistingCredentials,
  accepted: string | undefined,
): void {
  if (accepted === existing.digest) return;
  const why =
    accepted === undefined
      ? `${name} already has certificates, keys or API tokens, which would get this power too.`
      : `What ${name} has is no longer what was accepted.`;
  throw new AppError(
    "power.unaccepted",
    `${why} Review what it has, then accept it (API: set \`accepted\` to the \`digest\` in \`existing\`).`,
    { details: { existing } },
  );
}

/**
 * Moves a power that one row confers from one identity to another, or from or to none. The rows are
 * locked in the order of their ids, so that two moves in opposite directions wait for each other.
 */
export async function movePower(
  tx: AuditedTx,
  actor: Actor,
  {
    from,
    to,
    ...grant
  }: Omit<PowerGrant, "identityId" | "act"> & Readonly<{ from: string | null; to: string | null }>,
): Promise<NewEntry[]> {
  const ids = [from, to].filter((id) => id !== null);
  for (const id of ids.toSorted()) await lockIdentity(tx, id);
  const entries: NewEntry[] = [];
  if (from !== null)
    entries.push(await removePower(tx, actor, { ...grant, identityId: from, act: "unlink" }));
  if (to !== null)
    entries.push(await grantPower(tx, actor, { ...grant, identityId: to, act: "link" }));
  return entries;
}

/**
 * Takes a power away, in the transaction that unlinks the account or removes the proxy. Returns the
 * entry, which the caller must commit. Errors: `identity.confers-power`.
 */
export async function removePower(
  tx: AuditedTx,
  actor: Actor,
  { identityId, power, through, act }: Pick<PowerGrant, "identityId" | "power" | "through" | "act">,
): Promise<NewEntry> {
  const row = await lockIdentity(tx, identityId);
  if (!row) throw identityNotFound();
  await requirePower(tx, actor, identityId, act);
  await raiseEpoch(tx, identityId);
  return {
    action: "identity.power-removed",
    outcome: "success",
    target: identityTarget(row),
    details: { power, through },
  };
}
