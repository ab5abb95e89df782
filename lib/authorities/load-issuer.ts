import type { Deps } from "@/lib/deps";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { toPem } from "@/lib/pki/pem";
import type { IssuerFacts } from "@/lib/pki/types";
import { findAuthorityRow } from "./authorities-repository";
import type { AuthorityRow } from "./authorities-repository";
import { rememberBriefly } from "./remember-briefly";

/** An authority ready to sign: what its children need, and the chain that they send along. */
export type Issuer = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: string;
  status: string;
  crlPeriodSeconds: number;
  facts: IssuerFacts;
  /** Its certificate and those above it, without the root; empty for a root. */
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
  const { id, slug, name, kind, status, crlPeriodSeconds } = row;
  return {
    id,
    slug,
    name,
    kind,
    status,
    crlPeriodSeconds,
    facts: issuerFactsOf(row.certificateDer),
    chainPem: await chainOf(deps, row),
  };
}

/** An authority that has its certificate, by id or slug, or null. For other use cases, which authorise themselves and guard its status when they write. */
export const loadIssuer = rememberBriefly(2000, readIssuer);
