import { formatIso } from "@/lib/format/time";
import { namesNeeded } from "@/lib/identities/name-carriers";
import { rowCovers, type CarriedName } from "@/lib/pki/held-names/carried-name";
import type { NameRow } from "@/lib/identities/types";
import type { Deps } from "@/lib/runtime/deps";
import { describeHeldName, type CertificateName } from "@/lib/pki/held-names/held-name";
import {
  listBoundCertificates,
  listNamesByIdentity,
  type BoundCertificate,
} from "./binding-repository";
import type { UnboundCertificate } from "./schema";

const pageSize = 1_000;
const maxListed = 1_000;

const describe = ({ type, value }: CarriedName): string =>
  type === "legacy" ? value : describeHeldName({ type, value } as CertificateName);

/**
 * Certificates that are valid, pending or on hold and carry a name that their identity doesn't
 * hold: what can't be renewed once names are enforced. Lists up to 1,000 and counts all.
 */
export async function findUnbound(
  deps: Pick<Deps, "db" | "clock">,
): Promise<Readonly<{ items: readonly UnboundCertificate[]; count: number }>> {
  const since = deps.clock.now();
  const items: UnboundCertificate[] = [];
  let count = 0;
  for (let afterId = ""; ;) {
    const page = await listBoundCertificates(deps.db, { since, afterId, take: pageSize });
    const names = await listNamesByIdentity(deps.db, [
      ...new Set(page.map((row) => row.identityId)),
    ]);
    for (const row of page) {
      const missing = missingNames(row, names.get(row.identityId) ?? []);
      if (missing.length === 0) continue;
      count += 1;
      if (items.length < maxListed) items.push(unboundDto(row, missing));
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return { items, count };
    afterId = last.id;
  }
}

function missingNames(row: BoundCertificate, rows: readonly NameRow[]): CarriedName[] {
  const held = rows.filter(({ state }) => state === "held");
  return namesNeeded(row).filter((name) => !held.some((one) => rowCovers(one, name)));
}

const unboundDto = (
  row: BoundCertificate,
  missing: readonly CarriedName[],
): UnboundCertificate => ({
  id: row.id,
  commonName: row.commonName,
  notAfter: formatIso(row.notAfter),
  identity: { id: row.identityId, name: row.identityName },
  names: missing.map(describe),
});
