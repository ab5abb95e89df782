import type { Actor } from "@/lib/access/actor";
import type { ProvenPeer } from "@/lib/access/peer";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import { findCertificateAccount } from "./account-repository";
import type { AccountRole } from "./schema";
import { certificateSignInObstacle } from "./sign-in-with-certificate";

/**
 * What a certificate would sign in to. An account that is not linked and one that is disabled look
 * the same; only administrators can tell them apart.
 */
export type CertificateSignIn =
  | Readonly<{
      state: "ready";
      account: Readonly<{ email: string; name: string; role: AccountRole }>;
    }>
  | Readonly<{ state: "no-account" }>
  | Readonly<{ state: "no-person"; kind: "service" | "device" }>;

/** Which account the request's certificate would sign in to. Recorded as a read. */
export async function previewCertificateSignIn(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  peer: ProvenPeer,
  path: string,
): Promise<CertificateSignIn> {
  const { kind } = peer.identity;
  const row = await findCertificateAccount(deps.db, peer.certificateId);
  const account =
    certificateSignInObstacle(row, deps.clock.now()) === null ? (row?.account ?? null) : null;
  await recordEntry(deps.recorder, actor, {
    action: "account.read",
    outcome: "success",
    target: account && { kind: "account", id: account.id, label: account.email },
    details: { method: "GET", path },
  });
  if (kind !== "person") return { state: "no-person", kind };
  if (account === null) return { state: "no-account" };
  return {
    state: "ready",
    account: { email: account.email, name: account.name, role: account.role as AccountRole },
  };
}
