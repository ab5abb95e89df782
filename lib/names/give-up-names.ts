import { AppError } from "@/lib/errors/app-error";
import { revokeWithin } from "@/lib/certificates/revoke-within";
import { describeRow } from "@/lib/identities/add-names";
import type { NameRow } from "@/lib/identities/types";
import { releaseNames } from "@/lib/identities/release-names";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { ReleaseMode } from "./schema";

export type GivingUp = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  rows: readonly NameRow[];
  input: Readonly<{ onRelease: ReleaseMode; comment: string }>;
  now: Date;
  randomBytes: (n: number) => Uint8Array;
}>;

/** Releases rows of a locked identity, and revokes the certificates that carry them if asked to. */
export async function giveUpNames(
  tx: AuditedTx,
  { identity, rows, input, now, randomBytes }: GivingUp,
): Promise<[NewEntry, ...NewEntry[]]> {
  const { onRelease, comment } = input;
  const { uncovered, reserved, shares, unshared } = await releaseNames(tx, {
    identityId: identity.id,
    rows,
    onRelease: onRelease === "reserve" ? "reserve" : "free",
    now,
    randomBytes,
  });
  if (onRelease === "revoke" && uncovered.some(({ state }) => state === "planned"))
    throw new AppError(
      "identity.changed-meanwhile",
      `A certificate with this name is being issued for ${identity.name} at this moment. Try again.`,
    );
  const ids = uncovered.map(({ id }) => id);
  const revoked =
    onRelease === "revoke"
      ? await revokeWithin(tx, ids, { reason: "privilegeWithdrawn", comment, now })
      : [];
  const released: NewEntry = {
    action: "identity.names-released",
    outcome: "success",
    target: { kind: "identity", id: identity.id, label: identity.name },
    details: {
      names: rows.map(describeRow),
      onRelease,
      comment,
      reserved,
      ...(shares.length > 0 ? { shares } : {}),
    },
  };
  return [released, ...unshared, ...revoked];
}
