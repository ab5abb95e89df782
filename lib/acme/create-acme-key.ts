import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { makeHmacKey } from "@/lib/enrollment/binding-key";
import { getEnrollable } from "@/lib/enrollment/get-enrollable";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { newId } from "@/lib/format/ids";
import { dayMs } from "@/lib/format/time-units";
import { requirePower } from "@/lib/identities/power";
import type { Identity } from "@/lib/identities/read-identities";
import { credentialDigest } from "@/lib/log/credential-digest";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import { rowCovers } from "@/lib/pki/held-names/carried-name";
import { describeHeldName, readNameText } from "@/lib/pki/held-names/held-name";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { lockMaker } from "@/lib/tokens/lock-maker";
import { acmeKeyDto, acmeKeyTarget } from "./keys/acme-key-dto";
import { insertAcmeKey } from "./acme-key-repository";
import type { AcmeKeyInput, CreatedAcmeKey } from "./schema";

type CreateDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "delivery" | "publicUrl" | "httpsUrl"
>;

/**
 * Makes a key with which machines create ACME accounts for one identity. It makes no account once
 * it expired or its maker ended; accounts that exist go on until the key or the identity is revoked
 * or suspended. The HMAC key is in this answer alone. Errors: `identity.not-found`,
 * `identity.suspended`, `identity.confers-power`, `acme.invalid-profile`, `name.not-held`,
 * `token.maker-ended`, `acme.no-key`.
 */
export async function createAcmeKey(
  deps: CreateDeps,
  actor: Actor,
  identityId: string,
  input: AcmeKeyInput,
): Promise<Recorded<CreatedAcmeKey>> {
  authorize(actor, "tokens.write");
  const identity = await getEnrollable(deps, identityId);
  await checkLimits(deps, identity, input);
  const now = deps.clock.now();
  const id = newId("eab", now, deps.random.bytes);
  const { sealed, text: hmacKey } = makeHmacKey(deps, id);
  const { result, entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const { parent, account } = await lockMaker(tx, actor, now);
    await requirePower(tx, actor, identity.id, "create-acme-key");
    const row = {
      id,
      identityId: identity.id,
      sealed,
      profiles: input.profiles,
      names: input.names,
      createdBy: actor.label,
      createdAt: now,
      expiresAt: new Date(now.getTime() + input.expiresInDays * dayMs),
      revokedAt: null,
      accountId: account?.id ?? null,
      lineage: parent === null ? [] : [parent.id, ...parent.lineage],
    };
    await insertAcmeKey(tx, row);
    return {
      result: acmeKeyDto({ ...row, identity, accounts: 0 }, now),
      entries: [
        {
          action: "acme-key.created",
          outcome: "success",
          target: acmeKeyTarget(id, identity),
          details: {
            identityId: identity.id,
            profiles: row.profiles,
            names: row.names,
            expiresAt: row.expiresAt.toISOString(),
            secretDigest: credentialDigest(Buffer.from(sealed).toString("hex")),
            lineage: row.lineage,
            ...(account === null ? {} : { account: { id: account.id, label: account.email } }),
          },
        },
      ],
    };
  });
  const directory = directoryUrl(deps, input.profiles);
  return { result: { ...result, kid: id, hmacKey, directory }, entryId };
}

/** The directory for clients of a key: that of its profile, if it has exactly one. */
function directoryUrl(
  { httpsUrl, publicUrl }: Pick<Deps, "httpsUrl" | "publicUrl">,
  profiles: readonly string[],
): string {
  const [only] = profiles.length === 1 ? profiles : [];
  return `${httpsUrl ?? publicUrl}/acme/${only === undefined ? "" : `${only}/`}directory`;
}

/** A profile that doesn't exist or a name that isn't held would only be found by a machine at night. */
async function checkLimits(
  deps: Pick<Deps, "db">,
  identity: Identity,
  { profiles, names }: AcmeKeyInput,
): Promise<void> {
  const findings: Finding[] = [];
  for (const [at, slug] of profiles.entries()) {
    const profile = await findProfile(deps, slug);
    if (profile === null || profile.system || profile.slug !== slug || !profile.rules.selfService)
      findings.push({
        code: "acme.invalid-profile",
        path: `profiles.${at}`,
        message: `${slug} isn't the slug of a profile that identities may use for themselves.`,
      });
  }
  for (const [at, text] of names.entries()) {
    const message = explainName(identity, text);
    if (message !== null) findings.push({ code: "name.not-held", path: `names.${at}`, message });
  }
  const [first] = findings;
  if (first === undefined) return;
  const code = first.code === "name.not-held" ? "name.not-held" : "acme.invalid-profile";
  throw new AppError(code, first.message, { findings });
}

function explainName(identity: Identity, text: string): string | null {
  try {
    const name = readNameText(text);
    if (name.type !== "dns" && name.type !== "ip")
      return `${describeHeldName(name)} isn't a name that ACME can order. Use DNS names and addresses.`;
    if (identity.names.some((row) => rowCovers(row, name))) return null;
    const isHeld = identity.names.some(
      ({ type, value }) => type === name.type && value === name.value,
    );
    return isHeld
      ? null
      : `${identity.name} doesn't hold ${describeHeldName(name)}. Add the name to the identity first.`;
  } catch (error) {
    if (isAppError(error)) return error.message;
    throw error;
  }
}
