import type { Actor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import type { RequestDetail } from "@/lib/log/detail-types";
import type { Deps } from "@/lib/runtime/deps";
import { tokenTarget } from "./token-dto";
import { findTokenRow } from "./token-repository";

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

/** The token that the caller authenticated with. Errors: `unauthenticated` for other callers. */
export async function describeOwnToken(
  deps: Pick<Deps, "db" | "recorder">,
  actor: Actor,
  request: RequestDetail,
): Promise<Recorded<OwnToken>> {
  const row = actor.kind === "token" ? await findTokenRow(deps.db, actor.id ?? "") : null;
  if (row === null)
    throw new AppError("unauthenticated", "This call is about the token that it is made with.", {
      cause: "no token",
    });
  const { id, name, role, identity, createdAt, expiresAt } = row;
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "token.read",
    outcome: "success",
    target: tokenTarget(row),
    details: request,
  });
  return { result: { id, name, role, identity, createdAt, expiresAt }, entryId };
}
