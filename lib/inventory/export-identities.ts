import type { Actor } from "@/lib/access/actor";
import { formatIso } from "@/lib/format/time";
import { listIdentities } from "@/lib/identities/read-identities";
import type { IdentityDto, IdentityQueryInput } from "@/lib/identities/schema";
import type { Deps } from "@/lib/runtime/deps";
import { findLastUses } from "./inventory-repository";
import { authorizeInventory, recordInventory } from "./record-inventory";
import type { Inventory, InventoryColumn, InventoryFormat } from "./types";
import { writeInventory } from "./write-inventory";

type Line = IdentityDto & Readonly<{ lastUsedAt: string | null }>;
type Filter = Omit<IdentityQueryInput, "cursor" | "limit">;

const columns: readonly InventoryColumn<Line>[] = [
  ["id", (row) => row.id],
  ["name", (row) => row.name],
  ["kind", (row) => row.kind],
  ["status", (row) => row.status],
  ["owner", (row) => row.owner],
  ["names", (row) => row.names.map(({ type, value }) => `${type}:${value}`)],
  ["validCertificates", (row) => row.certificateCounts.valid],
  ["expiredCertificates", (row) => row.certificateCounts.expired],
  ["revokedCertificates", (row) => row.certificateCounts.revoked],
  ["lastUsedAt", (row) => row.lastUsedAt],
  ["networks", (row) => row.networks],
  ["powers", (row) => row.powers],
  ["note", (row) => row.note],
  ["createdAt", (row) => row.createdAt],
];
const rowsAtOnce = 200;

/**
 * Every identity that a list's filters match, with its owner, its numbers of certificates and their
 * last use. The export is recorded before this resolves. Errors: `forbidden`, `name.invalid`,
 * `record.unavailable`.
 */
export async function exportIdentities(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  filter: Filter,
  format: InventoryFormat,
): Promise<Inventory> {
  authorizeInventory(actor, "identities.read");
  let count = 0;
  for await (const rows of readPages(deps, actor, filter)) count += rows.length;
  const file = await recordInventory(deps, actor, { what: "identities", format, filter, count });
  return {
    ...file,
    count,
    pieces: writeInventory(format, columns, readLines(deps, actor, filter)),
  };
}

async function* readPages(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  filter: Filter,
): AsyncGenerator<readonly IdentityDto[]> {
  for (let cursor: string | null = null; ;) {
    const page = await listIdentities(deps, actor, {
      ...filter,
      limit: rowsAtOnce,
      ...(cursor === null ? {} : { cursor }),
    });
    yield page.items;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

async function* readLines(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  filter: Filter,
): AsyncGenerator<readonly Line[]> {
  for await (const rows of readPages(deps, actor, filter)) {
    const uses = await findLastUses(
      deps.db,
      "identity_id",
      rows.map(({ id }) => id),
    );
    yield rows.map((row) => {
      const used = uses.get(row.id);
      return { ...row, lastUsedAt: used === undefined ? null : formatIso(used) };
    });
  }
}
