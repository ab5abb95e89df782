import { createHash } from "node:crypto";
import { formatIso } from "@/lib/format/time";
import { newId } from "@/lib/ids";
import type { Decision, NewEntry } from "@/lib/log/types";
import { readName } from "@/lib/pki/names";
import { formatSerial } from "@/lib/pki/serial";
import type { CertificatePlan, GeneralName } from "@/lib/pki/types";
import type { PlannedRow } from "./types";

export type PlanContext = Readonly<{
  issuerId: string;
  profile: Readonly<{ id: string; version: number }>;
  identityId: string;
  csrDer: Uint8Array | null;
  requestedBy: string;
  predecessorId: string | null;
  now: Date;
  randomBytes: (n: number) => Uint8Array;
}>;

export const sanText = ({ type, value }: GeneralName): string => `${type}:${value}`;

export function readSanText(text: string): GeneralName {
  const colon = text.indexOf(":");
  return { type: text.slice(0, colon) as GeneralName["type"], value: text.slice(colon + 1) };
}

function commonNameOf(plan: CertificatePlan): string {
  return (
    readName(plan.subjectDer).findLast(({ type }) => type === "CN")?.value ??
    plan.sans[0]?.value ??
    plan.subjectText
  );
}

export function plannedRow(plan: CertificatePlan, context: PlanContext): PlannedRow {
  const { profile, now, randomBytes, issuerId, identityId, csrDer, requestedBy, predecessorId } =
    context;
  return {
    id: newId("crt", now, randomBytes),
    planEntryId: newId("ent", now, randomBytes),
    issuerId,
    identityId,
    csrDer,
    requestedBy,
    predecessorId,
    serial: plan.serial,
    profileId: profile.id,
    profileVersion: profile.version,
    subjectText: plan.subjectText,
    commonName: commonNameOf(plan),
    sans: plan.sans.map(sanText),
    keyAlgorithm: plan.key.algorithm ?? plan.key.text,
    spkiSha256: plan.key.spkiSha256,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    tbsDer: plan.tbsDer,
    createdAt: now,
  };
}

export const certificateTarget = (
  row: Readonly<{ id: string; commonName: string; subjectText: string }>,
) => ({ kind: "certificate", id: row.id, label: row.commonName || row.subjectText });

export const sha256Bytes = (bytes: Uint8Array): Uint8Array =>
  createHash("sha256").update(bytes).digest();
export const sha256Hex = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** The entry that has to be committed with the row before anything is signed. */
export function plannedEntry(
  row: PlannedRow,
  decision: Decision,
  supersedeAt: Date | null,
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
    },
  };
}

export function issuedEntry(
  row: Readonly<{
    id: string;
    commonName: string;
    subjectText: string;
    serial: Uint8Array;
    tbsDer: Uint8Array;
  }>,
  der: Uint8Array,
): NewEntry {
  const details = {
    serial: formatSerial(row.serial),
    fingerprintSha256: sha256Hex(der),
    tbsSha256: sha256Hex(row.tbsDer),
  };
  return {
    action: "certificate.issued",
    outcome: "success",
    target: certificateTarget(row),
    details,
  };
}
