import type { Deps } from "@/lib/runtime/deps";
import { type AuthorityRow, listAuthorityRows } from "./authority-repository";

/**
 * What a client has to trust, in DER: an authority's certificate and those above it up to the root,
 * nearest first; without a reference those of every active authority, each once. Empty if there are
 * none. For use cases that authorize by themselves: these certificates are public.
 */
export async function listCaCertificates(
  deps: Pick<Deps, "db">,
  ref: string | null,
): Promise<readonly Uint8Array[]> {
  const rows = await listAuthorityRows(deps.db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const wanted = rows.filter(({ id, slug, status }) =>
    ref === null ? status === "active" : id === ref || slug === ref,
  );
  const chain = new Map<string, Uint8Array>();
  for (const first of wanted)
    for (
      let row: AuthorityRow | undefined = first;
      row !== undefined && !chain.has(row.id);
      row = row.parentId === null ? undefined : byId.get(row.parentId)
    )
      if (row.certificateDer) chain.set(row.id, row.certificateDer);
  return [...chain.values()];
}
