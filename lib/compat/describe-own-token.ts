import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { RequestDetail } from "@/lib/log/detail-types";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { findOwnToken } from "@/lib/tokens/read-tokens";
import { findLoginById } from "./login-repository";

/** What the holder of a token may know about it. */
export type OwnToken = Readonly<{
  id: string;
  name: string;
  role: string;
  identity: Readonly<{ id: string; name: string }> | null;
  createdAt: Date;
  /** Null: it doesn't expire by itself. */
  expiresAt: Date | null;
}>;

/**
 * The token, or that of a login, which the caller authenticated with. Errors: `unauthenticated` for
 * other callers.
 */
export async function describeOwnToken(
  deps: Pick<Deps, "db" | "recorder">,
  actor: Actor,
  request: RequestDetail,
): Promise<Recorded<OwnToken>> {
  const found = actor.kind === "token" ? await findOwn(deps, actor.id ?? "") : null;
  if (found === null)
    throw new AppError("unauthenticated", "This call is about the token that it is made with.", {
      cause: "no token",
    });
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "token.read",
    outcome: "success",
    target: {
      kind: actor.id?.startsWith("lgn_") ? "login" : "token",
      id: found.id,
      label: found.name,
    },
    details: request,
  });
  return { result: found, entryId };
}

async function findOwn(deps: Pick<Deps, "db">, id: string): Promise<OwnToken | null> {
  const login = await findLoginById(deps.db, id);
  if (login === null) return findOwnToken(deps, id);
  const { identity, createdAt, expiresAt } = login;
  return { id, name: identity.name, role: "service", identity, createdAt, expiresAt };
}
