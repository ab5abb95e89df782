import type { Actor } from "@/lib/access/actor";
import { certificateItem } from "@/lib/certificates/certificate-dto";
import { countMatching, listMatching } from "@/lib/certificates/list-matching";
import type { CertificateItem, CertificateQueryInput } from "@/lib/certificates/schema";
import { formatIso } from "@/lib/format/time";
import type { Deps } from "@/lib/runtime/deps";
import { findLastUses, findOwners } from "./inventory-repository";
import { authorizeInventory, recordInventory } from "./record-inventory";
import type { Inventory, InventoryColumn, InventoryFormat } from "./types";
import { writeInventory } from "./write-inventory";

type Line = CertificateItem & Readonly<{ owner: string; lastUsedAt: string | null }>;
type Filter = Omit<CertificateQueryInput, "cursor" | "limit" | "sort">;

const columns: readonly InventoryColumn<Line>[] = [
  ["id", (row) => row.id],
  ["name", (row) => row.commonName || row.subject],
  ["status", (row) => row.status],
  ["identity", (row) => row.identity.name],
  ["identityKind", (row) => row.identity.kind],
  ["owner", (row) => row.owner],
  ["profile", (row) => row.profile.slug],
  ["authority", (row) => row.authority.slug],
  ["keyAlgorithm", (row) => row.keyAlgorithm],
  ["serverKey", (row) => row.serverKey],
  ["notBefore", (row) => row.notBefore],
  ["notAfter", (row) => row.notAfter],
  ["lastUsedAt", (row) => row.lastUsedAt],
  ["subject", (row) => row.subject],
  ["sans", (row) => row.sans.map(({ type, value }) => `${type}:${value}`)],
  ["serial", (row) => row.serial],
  ["fingerprintSha256", (row) => row.fingerprintSha256],
  ["keySha256", (row) => row.keySha256],
  ["revokedAt", (row) => row.revocation?.at ?? null],
  ["revocationReason", (row) => row.revocation?.reason ?? null],
  ["successorId", (row) => row.successorId],
  ["requestedBy", (row) => row.requestedBy],
  ["issuedAt", (row) => row.issuedAt],
];
const rowsAtOnce = 500;

/**
 * Every certificate that a list's filters match, with its owner, key algorithm, who made its key,
 * expiration and last use, for an inventory (PCI DSS 4.2.1.1). The export is recorded before this resolves, and its rows
 * are read while it is sent. Errors: `forbidden`, `serial.invalid`, `record.unavailable`.
 */
export async function exportCertificates(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  filter: Filter,
  format: InventoryFormat,
): Promise<Inventory> {
  authorizeInventory(actor, "certificates.read");
  const count = await countMatching(deps, filter);
  const file = await recordInventory(deps, actor, { what: "certificates", format, filter, count });
  return { ...file, count, pieces: writeInventory(format, columns, readLines(deps, filter)) };
}

async function* readLines(
  deps: Pick<Deps, "db" | "clock">,
  filter: Filter,
): AsyncGenerator<readonly Line[]> {
  for (let after: string | null = null; ;) {
    const rows = await listMatching(deps, filter, rowsAtOnce, after);
    const [owners, uses] = await Promise.all([
      findOwners(deps.db, [...new Set(rows.map(({ identityId }) => identityId))]),
      findLastUses(
        deps.db,
        "certificate_id",
        rows.map(({ id }) => id),
      ),
    ]);
    const now = deps.clock.now();
    yield rows.map((row) => {
      const used = uses.get(row.id);
      return {
        ...certificateItem(row, now),
        owner: owners.get(row.identityId) ?? "",
        lastUsedAt: used === undefined ? null : formatIso(used),
      };
    });
    if (rows.length < rowsAtOnce) return;
    after = rows.at(-1)?.id ?? after;
  }
}
