import type { Actor } from "@/lib/access/actor";
import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson } from "@/lib/log/pure/canonical";
import type { Deps } from "@/lib/runtime/deps";
import { type BulkInput, changesAlerts, changesIdentities } from "@/lib/bulk/schema";
import { selectAlerts } from "./select-alerts";
import { selectCertificates } from "./select-certificates";
import { selectIdentities } from "./select-identities";
import type { SelectedItem, Selection } from "./selection";

/** A selection as it is now; `sha256` binds a start to its dry run: the action, items and states. */
export type SelectedItems = Selection & Readonly<{ sha256: string }>;

/**
 * Reads the certificates, identities or alerts of a selection. Errors: `bulk.count-changed` if the
 * filter matches another number than the list showed, `bulk.too-many`, `cursor.invalid`,
 * `serial.invalid`, `name.invalid`, `alert.assignee`, `alert.assignee-disabled`,
 * `alert.assignee-role`.
 */
export async function selectItems(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: BulkInput,
): Promise<SelectedItems> {
  const selection = await selectByNoun(deps, actor, input);
  return { ...selection, sha256: digestOf(input, selection.items) };
}

function selectByNoun(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: BulkInput,
): Promise<Selection> {
  const { act } = input;
  if (changesAlerts(act)) return selectAlerts(deps, actor, { ...input, act });
  return changesIdentities(act)
    ? selectIdentities(deps, actor, { ...input, act })
    : selectCertificates(deps, actor, { ...input, act });
}

const digestOf = (
  { act, reason, owner, assignee, resolution, replaceBy, invalidityDate }: BulkInput,
  items: readonly SelectedItem[],
): string =>
  sha256Hex(
    canonicalJson({
      act,
      reason: reason ?? null,
      ...(owner === undefined ? {} : { owner }),
      ...(assignee === undefined ? {} : { assignee }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(replaceBy === undefined ? {} : { replaceBy }),
      invalidityDate: invalidityDate ?? null,
      items: items.map(({ id, state }) => [id, state]),
    }),
  );
