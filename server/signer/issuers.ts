import type { Database } from "@/lib/db/database";
import { sha256 } from "@/lib/format/hash";
import { readCertificate } from "@/lib/pki/certificate";
import { equalBytes } from "@/lib/pki/der";
import { issuerFactsOf } from "@/lib/pki/issuer";
import type { IssuerFacts, Signer } from "@/lib/pki/types";
import { verifySignature } from "@/lib/pki/verify-signature";
import { refuse } from "./refuse";

type Row = Readonly<{
  id: string;
  keyId: string;
  certificateDer: Uint8Array | null;
  parentKeyId: string | null;
}>;
/** A CA by its id, and the certificate that its row had when the plan was read. */
type IssuerKey = Readonly<{ issuerId: string; authorityCertificateSha256: Uint8Array | null }>;
type Verified = Readonly<{ facts: IssuerFacts; certificateSha256: Uint8Array }>;
type SignerOf = (keyId: string) => Promise<Signer>;

/**
 * The facts of an issuing CA by its id. Throws `signer.issuer`, `signer.authority-not-active` for a
 * CA without a certificate, and `issuer.not-an-authority`.
 */
export type FindIssuer = (id: string) => Promise<IssuerFacts>;

const readIssuersSql = {
  name: "signer_issuers",
  text: `select a.id, a.key_id as "keyId", a.certificate_der as "certificateDer", p.key_id as "parentKeyId"
    from authority a left join authority p on p.id = a.parent_id where a.id = any($1)`,
} as const;

/**
 * Reads issuing CAs, each again only after the certificate in its row changed. That certificate
 * bounds what is signed below the CA, so it counts only if the signer made it: it has the CA's key,
 * and the signature of the key above it.
 */
export function makeIssuers(
  db: Database,
  signerOf: SignerOf,
): (keys: readonly IssuerKey[]) => Promise<FindIssuer> {
  const verified = new Map<string, Verified>();
  const isVerified = ({ issuerId, authorityCertificateSha256: stored }: IssuerKey): boolean => {
    const known = verified.get(issuerId);
    return known !== undefined && stored !== null && equalBytes(known.certificateSha256, stored);
  };
  return async (keys) => {
    const ids = keys.filter((key) => !isVerified(key)).map(({ issuerId }) => issuerId);
    const rowById = await readRows(db, [...new Set(ids)]);
    return async (id) => {
      const known = verified.get(id);
      const row = rowById.get(id);
      if (known && !row) return known.facts;
      if (!row?.certificateDer)
        refuse("signer.authority-not-active", "This CA has no certificate yet, so it can't sign.");
      if (known && equalBytes(known.facts.certificateDer, row.certificateDer)) return known.facts;
      const facts = await verifyIssuer(row.certificateDer, row, signerOf);
      verified.set(id, { facts, certificateSha256: sha256(row.certificateDer) });
      return facts;
    };
  };
}

async function readRows(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.pool.query<Row>({ ...readIssuersSql, values: [ids] });
  return new Map(rows.map((row) => [row.id, row]));
}

async function verifyIssuer(
  certificateDer: Uint8Array,
  { id, keyId, parentKeyId }: Row,
  signerOf: SignerOf,
): Promise<IssuerFacts> {
  const [own, above] = await Promise.all([signerOf(keyId), signerOf(parentKeyId ?? keyId)]);
  const { spkiDer, signatureAlgorithm, tbsDer, signature } = readCertificate(certificateDer);
  const isOwn =
    equalBytes(spkiDer, own.spkiDer) &&
    signatureAlgorithm === above.signatureAlgorithm &&
    verifySignature(signatureAlgorithm, above.spkiDer, tbsDer, signature);
  if (!isOwn)
    refuse(
      "signer.issuer",
      `The certificate that the database holds for the CA ${id} was not signed by the key above it, so nothing was signed under it. Restore the CA's row from a backup.`,
    );
  return issuerFactsOf(certificateDer);
}
