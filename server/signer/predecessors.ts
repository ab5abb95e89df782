import type { Database } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { readCertificate } from "@/lib/pki/certificate";
import { readName } from "@/lib/pki/names";
import type { EarlierNames } from "@/lib/pki/names-request";
import type { Signer } from "@/lib/pki/types";
import { verifySignature } from "@/lib/pki/verify-signature";

type Row = Readonly<{ id: string; identityId: string; keyId: string; der: Uint8Array | null }>;
type SignerOf = (keyId: string) => Promise<Signer>;

const readPredecessorsSql = {
  name: "signer_predecessors",
  text: `select c.id, c.identity_id as "identityId", a.key_id as "keyId", c.der
    from certificate c join authority a on a.id = c.issuer_id where c.id = any($1)`,
} as const;

/** The names of certificates that are rotated, by certificate; each one only if the signer made it. */
export async function readPredecessors(
  db: Database,
  signerOf: SignerOf,
  rotations: readonly Readonly<{ predecessorId: string | null; identityId: string }>[],
): Promise<ReadonlyMap<string, EarlierNames>> {
  const owners = new Map(
    rotations.flatMap(({ predecessorId, identityId }) =>
      predecessorId === null ? [] : [[predecessorId, identityId] as const],
    ),
  );
  if (owners.size === 0) return new Map();
  const { rows } = await db.pool.query<Row>({
    ...readPredecessorsSql,
    values: [[...owners.keys()]],
  });
  const names = await Promise.all(
    rows
      .filter(({ id, identityId }) => owners.get(id) === identityId)
      .map(async (row) => [row.id, await namesOf(row, signerOf)] as const),
  );
  return new Map(names.flatMap(([id, earlier]) => (earlier === null ? [] : [[id, earlier]])));
}

async function namesOf({ der, keyId }: Row, signerOf: SignerOf): Promise<EarlierNames | null> {
  if (der === null) return null;
  try {
    const issuer = await signerOf(keyId);
    const { subjectDer, sans, tbsDer, signature, signatureAlgorithm } = readCertificate(der);
    const isOwn =
      signatureAlgorithm === issuer.signatureAlgorithm &&
      verifySignature(signatureAlgorithm, issuer.spkiDer, tbsDer, signature);
    if (!isOwn) return null;
    const commonNames = readName(subjectDer).filter(({ type }) => type === "CN");
    return { commonNames: commonNames.map(({ value }) => value), sans };
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
