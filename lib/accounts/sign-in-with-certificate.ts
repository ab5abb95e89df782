import {
  findCertificateAccount,
  type CertificateAccountRow,
} from "@/lib/accounts/certificate-account-repository";
import { startSession, type SignedIn } from "@/lib/accounts/start-session";
import type { Actor } from "@/lib/auth/actor";
import type { Peer } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";

/** Why a certificate signs nobody in; null if it does. The door has judged it already, and is not relied upon. */
export function reasonAgainst(row: CertificateAccountRow | null, now: Date): string | null {
  if (row === null) return "unknown certificate";
  if (row.state !== "issued") return `${row.state} certificate`;
  if (now < row.not_before) return "certificate not yet valid";
  if (now >= row.not_after) return "expired certificate";
  if (row.identity_status !== "active") return "suspended identity";
  if (row.identity_kind !== "person") return `certificate of a ${row.identity_kind}`;
  if (row.account === null) return "no account linked";
  return row.account.status === "active" ? null : "disabled account";
}

/**
 * Starts a session for the person whose certificate the request came with (`peer`, as the door has proved it; null for none). The session is
 * bound to that certificate and ends with it. Every refusal is one and the same `session.refused`; its reason stands in the record alone.
 */
export async function signInWithCertificate(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  peer: Peer | null,
): Promise<SignedIn> {
  const now = deps.clock.now();
  const row = peer === null ? null : await findCertificateAccount(deps.db, peer.certificateId);
  const reason = peer === null ? "no certificate" : reasonAgainst(row, now);
  if (reason === null && row?.account)
    return startSession(deps, actor, {
      account: row.account,
      method: "certificate",
      certificate: { id: row.id, notAfter: row.not_after },
      now,
    });
  const account = row?.account ?? null;
  const { entryId } = await recordEntry(deps, actor, {
    action: "session.refused",
    outcome: "denied",
    reason: reason ?? "unknown certificate",
    target: account && { kind: "account", id: account.id, label: account.email },
    details: { email: account?.email ?? "", method: "certificate" },
  });
  throw new AppError("session.refused", "This certificate does not sign in to an active account.", {
    kind: "unauthenticated",
    details: { entryId },
  });
}
