import { findCertificateAccount } from "@/lib/accounts/certificate-account-repository";
import { reasonAgainst } from "@/lib/accounts/sign-in-with-certificate";
import type { AccountRole } from "@/lib/accounts/schema";
import type { Actor } from "@/lib/auth/actor";
import type { Peer } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { recordEntry } from "@/lib/log/record";

/** What a certificate would sign in to. Not linked and disabled look the same: only an administrator learns which. */
export type CertificateSignIn =
  | Readonly<{
      state: "ready";
      account: Readonly<{ email: string; name: string; role: AccountRole }>;
    }>
  | Readonly<{ state: "no-account" }>
  | Readonly<{ state: "no-person"; kind: "service" | "device" }>;

/** Tells the holder of a certificate which account it would sign in to; the look is on the record. */
export async function previewCertificateSignIn(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  peer: Peer,
  path: string,
): Promise<CertificateSignIn> {
  const { kind } = peer.identity;
  const row = await findCertificateAccount(deps.db, peer.certificateId);
  const account = reasonAgainst(row, deps.clock.now()) === null ? (row?.account ?? null) : null;
  await recordEntry(deps, actor, {
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
