import type { ActorRequest } from "@/lib/access/actor";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { isMakerActive } from "@/lib/tokens/is-maker-active";
import { findSpent, ofEndedMaker, refuseSecret, type SecretRefusal } from "./refuse-secret";
import { secretTarget } from "./secret-dto";
import { countUse, findSecretById, type FoundSecret } from "./secret-repository";

/** Through which interface a secret is used, for its entry. */
export type EnrollmentPath = "acme" | "api" | "est" | "ejbca";

type Got = Readonly<{
  identityId: string;
  profileId: string;
  via: EnrollmentPath;
  certificateId?: string;
  acmeAccountId?: string;
}>;

const makerEnded = new Error("who created the secret ended meanwhile");
const takenMeanwhile = new Error("the secret was spent, revoked or expired meanwhile");

/**
 * Counts one more use of a secret in the transaction of what it gets, and returns its entry. Of two
 * requests with the last use exactly one commits; the other throws what `explainUnspendable` turns
 * into its refusal.
 */
export async function spendUse(
  tx: AuditedTx,
  now: Date,
  row: FoundSecret,
  { identityId, profileId, via, ...got }: Got,
): Promise<NewEntry> {
  const { id, uses, identity } = row;
  // The body of a request may arrive long after the secret was looked at.
  if (!(await isMakerActive({ db: { prisma: tx } }, row, "identities.write", now)))
    throw makerEnded;
  const use = await countUse(tx, { id, identityId, profileId }, now);
  if (use === null) throw takenMeanwhile;
  return {
    action: "enrollment-secret.used",
    outcome: "success",
    target: secretTarget(id, identity),
    details: { identityId, ...got, use, uses, via },
  };
}

/** The refusal to throw for what `spendUse` threw, with its entry; any other error as it is. */
export async function explainUnspendable(
  deps: Pick<Deps, "db" | "recorder">,
  row: FoundSecret,
  request: ActorRequest,
  error: unknown,
): Promise<unknown> {
  if (error === makerEnded) return refuseSecret(deps, row, request, ofEndedMaker);
  if (error !== takenMeanwhile) return error;
  // Another request took the last use, or the secret was revoked.
  const now = (await findSecretById(deps.db, row.id)) ?? row;
  return refuseSecret(deps, now, request, findSpent(now) ?? ended);
}

const ended: SecretRefusal = {
  code: "enrollment.secret-revoked",
  message: "This enrollment secret was revoked or expired meanwhile. Create a new one.",
};
