"use server";

import { orderGroups } from "@/components/layout/palette/match-entries";
import type { PaletteEntry } from "@/components/layout/palette/palette-types";
import { scopeOf } from "@/lib/access/permissions";
import { activeActorOfSession } from "@/lib/auth/session-actor";
import { recordEntry } from "@/lib/log/record/record-entry";
import { getDeps } from "@/lib/runtime/get-deps";
import { finders } from "./finders";

const queryLengthMax = 128;

/**
 * The search of the command palette, over everything that the role may read, best matches first.
 * It is recorded before its results are returned. Without a session there are no results.
 */
export async function searchConsole(query: string): Promise<readonly PaletteEntry[]> {
  const actor = await activeActorOfSession();
  if (actor === null || typeof query !== "string") return [];
  const deps = getDeps();
  const q = query.trim().slice(0, queryLengthMax);
  if (q === "") return [];
  await recordEntry(deps.recorder, actor, {
    action: "search.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: `/search?${new URLSearchParams({ q }).toString()}` },
  });
  const groups = await Promise.all(
    finders
      .filter(({ permission, mayFind = () => true }) => {
        return scopeOf(actor.role, permission) !== "none" && mayFind(q);
      })
      .map(({ find }) => find(deps, actor, q)),
  );
  return orderGroups(groups, q);
}
