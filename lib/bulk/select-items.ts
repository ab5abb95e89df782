import type { Actor } from "@/lib/access/actor";
import { assertProven, authorize } from "@/lib/access/permissions";
import type { Certificate } from "@/lib/certificates/get-certificate";
import { findCertificates, listMatching } from "@/lib/certificates/list-matching";
import { AppError } from "@/lib/errors/app-error";
import { sha256Hex } from "@/lib/format/hash";
import { canonicalJson } from "@/lib/log/pure/canonical";
import type { Deps } from "@/lib/runtime/deps";
import { listPowersOfIdentities } from "./bulk-repository";
import { excludedBecause, seenState } from "./decide-item";
import { maxBulkItems, type BulkAct, type BulkInput, type Exclusion } from "./schema";

/** A selection as it is now: what would be changed, in the order of the ids, and what would not. */
export type SelectedItems = Readonly<{
  selected: number;
  items: readonly Certificate[];
  excluded: readonly Readonly<{ why: Exclusion; name: string }>[];
  /** Binds a start to its dry run: the action, the certificates, and the state of each. */
  sha256: string;
}>;

/**
 * Passes for those who may do this to every certificate. Errors: `forbidden`, `unauthenticated`,
 * `certificate.asserted`.
 */
export function authorizeBulk(actor: Actor, act: BulkAct): void {
  assertProven(actor);
  const scope = authorize(actor, "certificates.revoke");
  if (act !== "revoke" || scope !== "all") authorize(actor, "certificates.hold");
}

/**
 * Reads the certificates of a selection. Errors: `bulk.count-changed` if the filter matches another
 * number than the list showed, `bulk.too-many`, `cursor.invalid`, `serial.invalid`.
 */
export async function selectItems(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: BulkInput,
): Promise<SelectedItems> {
  const { rows, missing } = await readRows(deps, input);
  const now = deps.clock.now();
  const powers = await listPowersOfIdentities(deps.db, [
    ...new Set(rows.map(({ identityId }) => identityId)),
  ]);
  const items: Certificate[] = [];
  const excluded: { why: Exclusion; name: string }[] = missing.map((id) => ({
    why: "missing",
    name: id,
  }));
  for (const row of rows) {
    const why = excludedBecause(row, input, {
      actor,
      powers: powers.get(row.identityId) ?? [],
      now,
    });
    if (why === null) items.push(row);
    else excluded.push({ why, name: row.commonName || row.subjectText });
  }
  return {
    selected: rows.length + missing.length,
    items,
    excluded,
    sha256: digestOf(input, items),
  };
}

async function readRows(
  deps: Pick<Deps, "db" | "clock">,
  { ids, filter, count }: BulkInput,
): Promise<Readonly<{ rows: readonly Certificate[]; missing: readonly string[] }>> {
  if (ids !== undefined) {
    const wanted = [...new Set(ids)];
    const rows = await findCertificates(deps, wanted);
    const found = new Set(rows.map(({ id }) => id));
    return { rows, missing: wanted.filter((id) => !found.has(id)) };
  }
  const rows = await listMatching(deps, filter ?? {}, maxBulkItems + 1);
  if (rows.length > maxBulkItems)
    throw new AppError(
      "bulk.too-many",
      `More than ${maxBulkItems} certificates match. Add a filter, and do it in several parts.`,
    );
  if (rows.length !== count)
    throw new AppError(
      "bulk.count-changed",
      `The list showed ${count} certificates, and ${rows.length} match now. Nothing was done. Reload the list and try again.`,
    );
  return { rows, missing: [] };
}

const digestOf = (
  { act, reason, invalidityDate }: BulkInput,
  items: readonly Certificate[],
): string =>
  sha256Hex(
    canonicalJson({
      act,
      reason: reason ?? null,
      invalidityDate: invalidityDate ?? null,
      items: items.map((row) => [row.id, seenState(row)]),
    }),
  );
