import type { Actor } from "@/lib/access/actor";
import type { Certificate } from "@/lib/certificates/get-certificate";
import {
  findCertificates,
  findUsableCertificates,
  listMatching,
} from "@/lib/certificates/list-matching";
import type { Deps } from "@/lib/runtime/deps";
import { listPowersOfIdentities } from "@/lib/bulk/bulk-repository";
import { excludedBecause, seenState } from "./decide-item";
import { replaceByOf } from "./replace-by";
import {
  type BulkInput,
  type CertificateAct,
  type Exclusion,
  maxBulkItems,
} from "@/lib/bulk/schema";
import { assertCount, type Selection } from "./selection";
import { readIdentities } from "./select-identities";

type Input = BulkInput & Readonly<{ act: CertificateAct }>;

/** The certificates of a selection. Errors: as `selectItems`, `rotation.replace-by`. */
export async function selectCertificates(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: Input,
): Promise<Selection> {
  const now = deps.clock.now();
  const replaceBy = replaceByOf(input, now);
  const { rows, missing } = await readRows(deps, input);
  const powers = await listPowersOfIdentities(deps.db, [
    ...new Set(rows.map(({ identityId }) => identityId)),
  ]);
  const items: Certificate[] = [];
  const excluded: { why: Exclusion; name: string }[] = missing.map((id) => ({
    why: "missing",
    name: id,
  }));
  for (const row of rows) {
    const why = excludedBecause(
      row,
      { ...input, replaceBy },
      { actor, powers: powers.get(row.identityId) ?? [], now },
    );
    if (why === null) items.push(row);
    else excluded.push({ why, name: row.commonName || row.subjectText });
  }
  return {
    selected: rows.length + missing.length,
    items: items.map((row) => ({ id: row.id, state: seenState(input.act, row) })),
    excluded,
    identityIds: [...new Set(items.map(({ identityId }) => identityId))],
    withoutSuccessor: items.filter(
      ({ state, notAfter, successorId }) =>
        state === "issued" && notAfter >= now && successorId === null,
    ).length,
  };
}

async function readRows(
  deps: Pick<Deps, "db" | "clock">,
  input: Input,
): Promise<Readonly<{ rows: readonly Certificate[]; missing: readonly string[] }>> {
  const { ids, filter, count } = input;
  if (ids !== undefined) {
    const wanted = [...new Set(ids)];
    const rows = await findCertificates(deps, wanted);
    const found = new Set(rows.map(({ id }) => id));
    return { rows, missing: wanted.filter((id) => !found.has(id)) };
  }
  if (filter !== undefined) {
    const rows = await listMatching(deps, filter, maxBulkItems + 1);
    assertCount("certificates", rows.length, count);
    return { rows, missing: [] };
  }
  const { rows: identities, missing } = await readIdentities(deps, input);
  const owners = identities.map(({ id }) => id);
  const rows = await findUsableCertificates(deps, owners, maxBulkItems + 1);
  assertCount("certificates", rows.length, undefined);
  return { rows, missing };
}
