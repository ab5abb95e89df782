import { issuerFactsOf } from "@/lib/pki/issuer";
import { latin1 } from "@/lib/pki/latin1";
import { issuerCertIdHashes, type OcspCertId } from "@/lib/pki/ocsp";
import type { Deps } from "@/lib/runtime/deps";
import { findServedAuthorities } from "./status-repository";
import type { ServedAuthority } from "./types";

/** All authorities, by slug and by the hashes of an OCSP CertID. */
export type AuthorityIndex = Readonly<{
  all: readonly ServedAuthority[];
  bySlug: (slug: string) => ServedAuthority | null;
  byCertId: (
    id: Pick<OcspCertId, "hashAlgorithm" | "issuerNameHash" | "issuerKeyHash">,
  ) => ServedAuthority | null;
  /** The authority and the CAs above it, the root last. */
  chainOf: (authority: ServedAuthority) => readonly ServedAuthority[];
}>;

/**
 * Builds the index. Two authorities may have the same name or the same key, but never both, so name
 * and key hash together identify one.
 */
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
  latin1(nameHash) + latin1(keyHash);

/** The index of all authorities that have a certificate. */
export async function readAuthorityIndex(deps: Pick<Deps, "db">): Promise<AuthorityIndex> {
  const rows = await findServedAuthorities(deps.db);
  return makeAuthorityIndex(
    rows.map((row) => ({ ...row, issuer: issuerFactsOf(row.certificateDer) })),
  );
}
