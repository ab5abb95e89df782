import { sha256Hex } from "@/lib/format/hash";
import { formatIso } from "@/lib/format/time";
import { readCertificate } from "@/lib/pki/certificate";
import { toPem } from "@/lib/pki/pem";
import { formatSerial } from "@/lib/pki/serial";
import type { AuthorityRow, IssuedCounts } from "./authority-repository";
import { authorityUrls } from "@/lib/pki/authority-urls";
import type { CrlSummary } from "./crl-repository";
import type { CeilingRow } from "./ceiling-repository";
import type { AuthorityDto, CeilingDto } from "./schema";

type AuthorityContext = Readonly<{
  publicUrl: string;
  chainPem: string;
  crl: CrlSummary | undefined;
  counts: IssuedCounts | undefined;
  ceiling: CeilingRow | undefined;
  /** Whether its certificate is planned and not signed yet. */
  isWaiting: boolean;
}>;

const daySeconds = 86_400;

function ceilingDto(row: CeilingRow | undefined): CeilingDto | null {
  if (!row) return null;
  const { maxSeconds, ...lists } = row.rules;
  return {
    ...lists,
    maxDays: Math.floor(maxSeconds / daySeconds),
    version: row.version,
    setBy: row.setBy,
    setAt: formatIso(row.createdAt),
  };
}

function certificateFields(
  der: Uint8Array | null,
): Pick<
  AuthorityDto,
  "notBefore" | "notAfter" | "serial" | "fingerprintSha256" | "certificatePem"
> {
  if (!der)
    return {
      notBefore: null,
      notAfter: null,
      serial: null,
      fingerprintSha256: null,
      certificatePem: null,
    };
  const { notBefore, notAfter, serial } = readCertificate(der);
  return {
    notBefore: formatIso(notBefore),
    notAfter: formatIso(notAfter),
    serial: formatSerial(serial),
    fingerprintSha256: sha256Hex(der),
    certificatePem: toPem("CERTIFICATE", der),
  };
}

export function authorityDto(
  row: AuthorityRow,
  { publicUrl, chainPem, crl, counts, ceiling, isWaiting }: AuthorityContext,
): AuthorityDto {
  const own = certificateFields(row.certificateDer);
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    kind: row.kind as AuthorityDto["kind"],
    status: statusOf(row, isWaiting),
    keyAlgorithm: row.keyAlgorithm as AuthorityDto["keyAlgorithm"],
    parentId: row.parentId,
    subject: row.subjectText,
    certificateId: row.certificateId,
    ...own,
    chainPem: row.kind === "root" ? (own.certificatePem ?? "") : chainPem,
    crl: crl
      ? {
          number: String(crl.number),
          thisUpdate: formatIso(crl.thisUpdate),
          nextUpdate: formatIso(crl.nextUpdate),
          entryCount: crl.entryCount,
        }
      : null,
    counts: counts ?? { valid: 0, held: 0, revoked: 0, expired: 0 },
    urls: authorityUrls(publicUrl, row.slug),
    confirmation: isWaiting ? { command: "npx chancery confirm" } : null,
    ceiling: ceilingDto(ceiling),
    createdAt: formatIso(row.createdAt),
  };
}

/** A pending CA whose plan was closed has failed: nothing is left that could be signed. */
const statusOf = ({ status }: AuthorityRow, isWaiting: boolean): AuthorityDto["status"] =>
  status === "pending" && !isWaiting ? "failed" : (status as AuthorityDto["status"]);

export const authorityTarget = (row: Pick<AuthorityRow, "id" | "name">) => ({
  kind: "authority",
  id: row.id,
  label: row.name,
});
