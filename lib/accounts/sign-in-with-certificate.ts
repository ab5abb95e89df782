import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { assertProven } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { findCertificateAccount, type CertificateAccountRow } from "./account-repository";
import { startSession, type SignedIn } from "./start-session";

/**
 * Why a certificate can't sign in; null if it can. The gateway verified the certificate already; it
 * is checked again here because a session depends on it.
 */
export function certificateSignInObstacle(
  row: CertificateAccountRow | null,
  now: Date,
): string | null {
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
 * Signs in with the request's peer certificate (`peer`, as the gateway verified it; null for none).
 * The session is bound to that certificate and ends with it (decision 7). Every refusal is the same
 * `session.refused`; only the audit log has the reason.
 */
export async function signInWithCertificate(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder" | "sessionIdleMs">,
  actor: Actor,
  peer: ProvenPeer | null,
): Promise<Recorded<SignedIn>> {
  // Its type says so already. A session is worth a second look.
  assertProven(actor);
  const now = deps.clock.now();
  const row = peer === null ? null : await findCertificateAccount(deps.db, peer.certificateId);
  const reason = peer === null ? "no certificate" : certificateSignInObstacle(row, now);
  if (reason === null && row?.account)
    return startSession(deps, actor, {
      account: row.account,
      method: "certificate",
      certificate: { id: row.id, notAfter: row.not_after },
      now,
    });
  const account = row?.account ?? null;
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "session.refused",
    outcome: "denied",
    reason: reason ?? "unknown certificate",
    target: account && { kind: "account", id: account.id, label: account.email },
    details: { email: account?.email ?? "", method: "certificate" },
  });
  throw new AppError(
    "session.refused",
    "This certificate can't sign in. It is not linked to an active account.",
    {
      recordedAs: entryId,
    },
  );
}
