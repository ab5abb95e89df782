import type { Deps } from "@/lib/deps";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { issuerCertIdHashes } from "@/lib/pki/ocsp";
import type { OcspCertId } from "@/lib/pki/ocsp";
import { findServedAuthorities } from "@/lib/status/authority-repository";
import { latin1Of } from "@/lib/status/latin1";
import type { ServedAuthority } from "@/lib/status/types";

/** The authorities in memory, found by slug or by the hashes of an OCSP CertID. */
export type AuthorityIndex = Readonly<{
  all: readonly ServedAuthority[];
  bySlug: (slug: string) => ServedAuthority | null;
  byCertId: (
    id: Pick<OcspCertId, "hashAlgorithm" | "issuerNameHash" | "issuerKeyHash">,
  ) => ServedAuthority | null;
  /** The authority and what is above it, the root last. */
  chainOf: (authority: ServedAuthority) => readonly ServedAuthority[];
}>;

/** Builds the index. Two authorities may share a name, or a key, never both: name and key hash together are the key. */
export function makeAuthorityIndex(all: readonly ServedAuthority[]): AuthorityIndex {
  const bySlug = new Map(all.map((authority) => [authority.slug, authority]));
  const byId = new Map(all.map((authority) => [authority.id, authority]));
  const byHashes = new Map<string, ServedAuthority>();
  for (const authority of all) {
    for (const hashes of issuerCertIdHashes(authority.issuer))
      byHashes.set(certIdKey(hashes.issuerNameHash, hashes.issuerKeyHash), authority);
  }
  const chainOf = (authority: ServedAuthority): ServedAuthority[] => {
    const parent =
      authority.parentId === null || authority.parentId === authority.id
        ? undefined
        : byId.get(authority.parentId);
    return parent === undefined ? [authority] : [authority, ...chainOf(parent)];
  };
  return {
    all,
    bySlug: (slug) => bySlug.get(slug) ?? null,
    byCertId: (id) =>
      id.hashAlgorithm === null
        ? null
        : (byHashes.get(certIdKey(id.issuerNameHash, id.issuerKeyHash)) ?? null),
    chainOf,
  };
}

const certIdKey = (nameHash: Uint8Array, keyHash: Uint8Array): string =>
  latin1Of(nameHash) + latin1Of(keyHash);

/** Reads all authorities that have a certificate. */
export async function loadAuthorityIndex(deps: Pick<Deps, "db">): Promise<AuthorityIndex> {
  const rows = await findServedAuthorities(deps.db);
  return makeAuthorityIndex(
    rows.map((row) => ({ ...row, issuer: issuerFactsOf(row.certificateDer) })),
  );
}
