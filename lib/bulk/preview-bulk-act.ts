import type { Actor } from "@/lib/access/actor";
import { formatIso } from "@/lib/format/time";
import { dayMs } from "@/lib/format/time-units";
import type { Deps } from "@/lib/runtime/deps";
import { authorizeBulk } from "./authorize-bulk";
import { countByHolder, countValidOf, usesSince } from "./bulk-repository";
import {
  type BulkInput,
  type BulkPreview,
  changesAlerts,
  changesIdentities,
  exclusions,
} from "./schema";
import { selectItems, type SelectedItems } from "@/lib/bulk/select/select-items";

const maxExamples = 20;

/**
 * A dry run: how many certificates, identities or alerts would be changed, how many would not and why, and who uses them.
 * `sha256` binds the start to it. Errors: as `selectItems`.
 */
export async function previewBulkAct(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: BulkInput,
): Promise<BulkPreview> {
  authorizeBulk(actor, input.act);
  return describeSelection(deps, input, await selectItems(deps, actor, input));
}

/** The figures of a selection. */
export async function describeSelection(
  deps: Pick<Deps, "db" | "clock">,
  { act }: Pick<BulkInput, "act">,
  { selected, items, excluded, identityIds, withoutSuccessor, severities, sha256 }: SelectedItems,
): Promise<BulkPreview> {
  const now = deps.clock.now();
  const ids = items.map(({ id }) => id);
  const ofIdentities = changesIdentities(act);
  // Alerts are of entries: no certificate is used by them.
  const used = changesAlerts(act) ? [] : ids;
  const since = new Date(now.getTime() - dayMs);
  const [uses, certificates, rotation] = await Promise.all([
    usesSince(deps.db, ofIdentities ? "identity_id" : "certificate_id", used, since),
    ofIdentities ? countValidOf(deps.db, ids, now) : used.length,
    act === "request-rotation" ? countByHolder(deps.db, ids) : null,
  ]);
  return {
    act,
    selected,
    count: items.length,
    excluded: exclusions.flatMap((why) => {
      const those = excluded.filter((one) => one.why === why);
      const examples = those.slice(0, maxExamples).map(({ name }) => name);
      return those.length === 0 ? [] : [{ why, count: those.length, examples }];
    }),
    identities: identityIds.length,
    certificates,
    withoutSuccessor,
    rotation,
    severities: severities ?? null,
    lastDay: { ...uses, lastUsedAt: uses.lastUsedAt && formatIso(uses.lastUsedAt) },
    sha256,
  };
}
