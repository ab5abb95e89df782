import { sha256Hex } from "@/lib/format/hash";
import { certificateTarget, formatSan } from "@/lib/certificates/certificate-dto";
import { newId } from "@/lib/format/ids";
import { formatIso } from "@/lib/format/time";
import type { CompatibleApi, ServerKeyDetail } from "@/lib/log/detail-types";
import type { Decision, NewEntry } from "@/lib/log/types";
import { readName } from "@/lib/pki/names";
import { formatSerial } from "@/lib/pki/serial";
import type { CertificatePlan } from "@/lib/pki/types";
import type { PlannedRow } from "./plan-repository";

/** Everything about a plan that the to-be-signed bytes do not contain. */
export type PlanContext = Readonly<{
  issuerId: string;
  profile: Readonly<{ id: string; version: number }>;
  identityId: string;
  csrDer: Uint8Array | null;
  /** Whether Chancery made the key and hands it out. */
  serverKey?: boolean;
  requestedBy: string;
  predecessorId: string | null;
  now: Date;
  randomBytes: (n: number) => Uint8Array;
}>;

function commonNameOf(plan: CertificatePlan): string {
  return (
    readName(plan.subjectDer).findLast(({ type }) => type === "CN")?.value ??
    plan.sans[0]?.value ??
    plan.subjectText
  );
}

/** The row of a plan, with new ids for the certificate and for its entry. */
export function plannedRow(plan: CertificatePlan, context: PlanContext): PlannedRow {
  const { profile, now, randomBytes, issuerId, identityId, csrDer, requestedBy, predecessorId } =
    context;
  return {
    id: newId("crt", now, randomBytes),
    planEntryId: newId("ent", now, randomBytes),
    issuerId,
    identityId,
    csrDer,
    serverKey: context.serverKey ?? false,
    requestedBy,
    predecessorId,
    serial: plan.serial,
    profileId: profile.id,
    profileVersion: profile.version,
    subjectText: plan.subjectText,
    commonName: commonNameOf(plan),
    sans: plan.sans.map(formatSan),
    keyAlgorithm: plan.key.algorithm ?? plan.key.text,
    spkiSha256: plan.key.spkiSha256,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    tbsDer: plan.tbsDer,
    createdAt: now,
  };
}

/** The entry that is committed with the row, before anything is signed. */
export function plannedEntry(
  row: PlannedRow,
  decision: Decision,
  supersedeAt: Date | null,
  { via, serverKey }: Readonly<{ via?: CompatibleApi; serverKey?: ServerKeyDetail }> = {},
): NewEntry {
  return {
    id: row.planEntryId,
    action: "certificate.planned",
    outcome: "success",
    target: certificateTarget(row),
    decision,
    details: {
      issuerId: row.issuerId,
      serial: formatSerial(row.serial),
      profileId: row.profileId,
      profileVersion: row.profileVersion,
      identityId: row.identityId,
      subject: row.subjectText,
      sans: row.sans,
      notBefore: formatIso(row.notBefore),
      notAfter: formatIso(row.notAfter),
      spkiSha256: Buffer.from(row.spkiSha256).toString("hex"),
      tbsSha256: sha256Hex(row.tbsDer),
      ...(row.predecessorId ? { predecessorId: row.predecessorId } : {}),
      ...(supersedeAt ? { supersedeAt: supersedeAt.toISOString() } : {}),
      ...(via ? { via } : {}),
      ...(serverKey ? { serverKey } : {}),
    },
  };
}

/** The entry that is committed with the signed certificate. */
export function issuedEntry(
  row: Readonly<{
    id: string;
    commonName: string;
    subjectText: string;
    serial: Uint8Array;
    tbsDer: Uint8Array;
    serverKeyDetail?: ServerKeyDetail | undefined;
  }>,
  der: Uint8Array,
): NewEntry {
  const details = {
    serial: formatSerial(row.serial),
    fingerprintSha256: sha256Hex(der),
    tbsSha256: sha256Hex(row.tbsDer),
    ...(row.serverKeyDetail ? { serverKey: row.serverKeyDetail } : {}),
  };
  return {
    action: "certificate.issued",
    outcome: "success",
    target: certificateTarget(row),
    details,
  };
}
