import type { Deps } from "@/lib/deps";
import { countIssuedBy } from "./authorities-repository";
import type { AuthorityRow } from "./authorities-repository";
import { authorityDto } from "./authority-dto";
import { findLatestCrls } from "./crl-repository";
import { loadIssuer } from "./load-issuer";
import type { AuthorityDto } from "./schema";

export type ReadDeps = Pick<Deps, "db" | "clock" | "publicUrl">;

/** Rows with their CRL, counts and chain. */
export async function describeAuthorities(
  deps: ReadDeps,
  rows: readonly AuthorityRow[],
): Promise<AuthorityDto[]> {
  const ids = rows.map((row) => row.id);
  const [crls, counts, issuers] = await Promise.all([
    findLatestCrls(deps.db, ids),
    countIssuedBy(deps.db, ids, deps.clock.now()),
    Promise.all(ids.map((id) => loadIssuer(deps, id))),
  ]);
  return rows.map((row, index) =>
    authorityDto(row, {
      publicUrl: deps.publicUrl,
      chainPem: issuers[index]?.chainPem ?? "",
      crl: crls.get(row.id),
      counts: counts.get(row.id),
    }),
  );
}
