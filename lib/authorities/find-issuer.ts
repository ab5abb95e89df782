import { issuerFactsOf } from "@/lib/pki/issuer";
import type { Ceiling } from "@/lib/pki/ceiling/ceiling";
import { toPem } from "@/lib/pki/pem";
import type { IssuerFacts } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { findAuthorityRow, type AuthorityRow } from "./authority-repository";
import { findCeilings } from "./ceiling-repository";
import { cachedRead } from "./cached-read";

/** An authority that can sign: what certificates below it need, and the chain they are sent with. */
export type Issuer = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: string;
  status: string;
  crlPeriodSeconds: number;
  facts: IssuerFacts;
  /** What the signer ever signs with its key; null: nothing but CAs and Chancery's own. */
  ceiling: Ceiling | null;
  /** Its certificate and those of the CAs above it, without the root; empty for a root. */
  chainPem: string;
}>;

async function chainOf(deps: Pick<Deps, "db">, authority: AuthorityRow): Promise<string> {
  let pem = "";
  for (
    let row: AuthorityRow | null = authority;
    row?.parentId;
    row = await findAuthorityRow(deps.db, row.parentId)
  ) {
    if (row.certificateDer) pem += toPem("CERTIFICATE", row.certificateDer);
  }
  return pem;
}

async function readIssuer(deps: Pick<Deps, "db">, ref: string): Promise<Issuer | null> {
  const row = await findAuthorityRow(deps.db, ref);
  if (!row?.certificateDer) return null;
  const { id, slug, name, kind, status, crlPeriodSeconds, keyId } = row;
  return {
    id,
    slug,
    name,
    kind,
    status,
    crlPeriodSeconds,
    facts: issuerFactsOf(row.certificateDer),
    ceiling: (await findCeilings(deps.db, [keyId])).get(keyId)?.rules ?? null,
    chainPem: await chainOf(deps, row),
  };
}

/**
 * An authority that has a certificate, by id or slug; null otherwise. Cached for two seconds. For
 * other use cases, which authorize by themselves and check its status again when they write.
 */
export const findIssuer = cachedRead(2000, readIssuer);
