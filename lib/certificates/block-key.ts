import type { Actor } from "@/lib/access/actor";
import { assertProven, authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { sha256Hex } from "@/lib/format/hash";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { blockKey, findKeyRow, lockKey } from "./certificate-repository";
import { readPublicKey } from "./read-public-key";
import type { BlockedKey, BlockKeyInput } from "./schema";

/**
 * Blocks a public key for which nothing was issued here, such as one that leaked before a
 * certificate was requested for it: no certificate is issued for it from then on, and that is never
 * undone. Repeating it is no error. A key with certificates is blocked by revoking one of them for
 * key compromise. Errors: `key.certified`, `key.unreadable`, `key.private`,
 * `identity.confers-power`.
 */
export async function blockPublicKey(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  { key: text, comment }: BlockKeyInput,
): Promise<Recorded<BlockedKey>> {
  assertProven(actor);
  if (authorize(actor, "certificates.revoke") !== "all")
    throw new AppError("forbidden", "Your role does not allow this (certificates.revoke of all).");
  const keySha256 = sha256Hex(readPublicKey(text));
  const spkiSha256 = Buffer.from(keySha256, "hex");
  const owner = (await findKeyRow(deps.db, spkiSha256))?.identityId ?? null;
  if (owner !== null) await requirePower(deps, actor, owner, "revoke");
  return auditedTransaction(deps.recorder, actor, async (tx) => {
    const { identityId, blocked, certified } = await lockKey(tx, spkiSha256, deps.clock.now());
    if (certified && !blocked)
      throw new AppError(
        "key.certified",
        "Certificates have this key. Revoke them for key compromise, which also blocks the key.",
      );
    if (!blocked) await blockKey(tx, spkiSha256);
    return {
      result: { keySha256 },
      entries: [
        {
          action: "key.blocked",
          outcome: "success",
          ...(blocked ? { reason: "no-change" } : {}),
          target: { kind: "key", id: keySha256, label: keySha256 },
          details: { identityId, comment },
        },
      ],
    };
  });
}
