import { AppError, isAppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { canonicalCommonName } from "@/lib/pki/held-names/common-name";
import type { NewEntry } from "@/lib/log/types";
import { conflictMessage, freeUnused } from "@/lib/identities/add-names";
import { findConflicts } from "@/lib/identities/find-conflicts";
import { assertNoNamePower } from "@/lib/identities/name-power";
import { lockNames, queryIn } from "@/lib/identities/name-repository";

const refuse = (
  code: "identity.exists" | "name.not-canonical" | "name.invalid" | "name.held-by-another",
  message: string,
  cause?: unknown,
): AppError => new AppError(code, message, { findings: [{ code, path: "name", message }], cause });

export const identityExists = (name: string, cause?: unknown): AppError =>
  refuse(
    "identity.exists",
    `An identity named ${name} already exists. Choose another name, or use the existing identity.`,
    cause,
  );

/**
 * Checks the name of a new or renamed identity, which it holds as a common name: in canonical form,
 * and no other identity's, nor what a verifier could take for another's host, address or mailbox. A
 * former name of another identity that no certificate carries any more is freed; returns the
 * entries. Errors: `identity.exists`, `name.held-by-another`, `name.confers-power`,
 * `name.not-canonical`, `name.invalid`.
 */
export async function checkOwnName(
  tx: AuditedTx,
  identity: Readonly<{ id: string; name: string }>,
  now: Date,
): Promise<NewEntry[]> {
  const name = { type: "cn", form: "exact", value: canonicalOwnName(identity.name) } as const;
  await lockNames(tx, [name]);
  await assertNoNamePower(tx, identity.id, [name], () => "name");
  const { conflicts, unused } = await findConflicts(queryIn(tx), [name], identity.id, now);
  const [other] = conflicts;
  if (other?.type === "cn" && other.state === "held") throw identityExists(identity.name);
  if (other) throw refuse("name.held-by-another", conflictMessage(other, name));
  return freeUnused(tx, unused, identity.id, now);
}

function canonicalOwnName(name: string): string {
  try {
    return canonicalCommonName(name);
  } catch (error) {
    if (!isAppError(error)) throw error;
    const code = error.code === "name.invalid" ? "name.invalid" : "name.not-canonical";
    throw refuse(code, error.message, error);
  }
}
