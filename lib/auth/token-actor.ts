import type { Actor } from "@/lib/auth/actor";
import { isRole } from "@/lib/accounts/schema";
import type { Deps } from "@/lib/deps";
import { findTokenBySecret, type BearerRow } from "@/lib/tokens/token-repository";
import { hashSecret, secretPattern } from "@/lib/tokens/token-secret";

/** What an actor has of its request, whoever it turns out to be. */
export type ActorRequest = Pick<Actor, "origin" | "requestId" | "correlationId">;
/** Why a credential counts for nothing: for the record alone, the caller learns only that it does not count. */
export type Refused = Readonly<{ actor: null; reason: string; tokenId: string | null }>;
export type Found = Readonly<{ actor: Actor; reason: null }>;

/** The actor that a bearer secret stands for. Checked against the row on each request, so a revoked token ends at once. */
export async function actorOfToken(
  deps: Pick<Deps, "db" | "clock">,
  secret: string,
  request: ActorRequest,
): Promise<Found | Refused> {
  if (!secretPattern.test(secret)) return { actor: null, reason: "malformed token", tokenId: null };
  const row = await findTokenBySecret(deps.db, hashSecret(secret));
  if (row === null) return { actor: null, reason: "unknown token", tokenId: null };
  const reason = reasonAgainst(row, deps.clock.now());
  if (reason !== null || !isRole(row.role))
    return { actor: null, reason: reason ?? "unknown role", tokenId: row.id };
  return {
    actor: {
      kind: "token",
      id: row.id,
      label: row.name,
      role: row.role,
      identityId: row.identity_id,
      credential: null,
      ...request,
    },
    reason: null,
  };
}

function reasonAgainst(row: BearerRow, now: Date): string | null {
  if (row.revoked_at !== null) return "revoked token";
  if (row.expires_at !== null && row.expires_at <= now) return "expired token";
  if (row.role === "service" && row.identity_status !== "active") return "suspended identity";
  return null;
}
