import { toHex } from "@/lib/log/pure/bytes";
import { sha256, sha256Hex } from "@/lib/format/hash";
import { isAppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { readTbs, type TbsView } from "@/lib/pki/tbs";
import type { SignatureAlgorithm } from "@/lib/pki/types";
import { readEntry } from "./profile-versions";
import type { StoredPlan } from "./read-stored-plans";
import { refuse } from "./refuse";

type Issuer = Readonly<{ spkiDer: Uint8Array; signatureAlgorithm: SignatureAlgorithm }>;

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function checkEntry(plan: StoredPlan): void {
  if (!plan.entry)
    refuse("signer.no-record", `No entry records the plan of ${plan.id}, so it was not signed.`);
  const { action, target, details } = readEntry(plan.entry, plan.planEntryId);
  const expected: Readonly<Record<string, unknown>> = {
    tbsSha256: sha256Hex(plan.tbsDer),
    spkiSha256: toHex(plan.spkiSha256),
    serial: toHex(plan.serial),
    issuerId: plan.issuerId,
    profileId: plan.profileId,
    profileVersion: plan.profileVersion,
    identityId: plan.identityId,
  };
  const differs = Object.entries(expected)
    .filter(([name, value]) => details?.[name] !== value)
    .map(([name]) => name);
  if (action !== "certificate.planned" || target?.id !== plan.id)
    refuse(
      "signer.no-record",
      `The entry of ${plan.id} records something else, so it was not signed.`,
    );
  if (differs.length > 0)
    refuse(
      "signer.plan-differs",
      `The plan of ${plan.id} differs from its entry (${differs.join(", ")}), so it was not signed.`,
    );
}

function readBytes({ id, tbsDer }: StoredPlan): TbsView {
  try {
    return readTbs(tbsDer);
  } catch (error) {
    if (!isAppError(error)) throw error;
    refuse("signer.lint", `${id} was not signed. ${error.message}`);
  }
}

function checkBytes(plan: StoredPlan, tbs: TbsView, issuer: Issuer): boolean {
  const selfSigned = same(tbs.spkiDer, issuer.spkiDer),
    active = plan.authorityStatus === "active";
  if (!active && !(selfSigned && plan.authorityStatus === "pending"))
    refuse("signer.authority-not-active", "This CA is not active, so it can't sign.");
  const mismatches: readonly (readonly [boolean, string])[] = [
    [selfSigned && active, "contain the key of their issuer"],
    [
      !same(tbs.algorithmDer, encodeSignatureAlgorithm(issuer.signatureAlgorithm)),
      "name another signature algorithm",
    ],
    [!same(tbs.serial, plan.serial), "have another serial number than their row"],
    [!same(sha256(tbs.spkiDer), plan.spkiSha256), "have another key than their row"],
  ];
  const mismatch = mismatches.find(([isMismatch]) => isMismatch);
  if (mismatch)
    refuse(
      "signer.plan-differs",
      `The planned bytes of ${plan.id} ${mismatch[1]}, so they were not signed.`,
    );
  return selfSigned;
}

/** A plan that is recorded as it is. */
export type RecordedPlan = Readonly<{
  plan: StoredPlan;
  /** Its bytes, read. */
  tbs: TbsView;
  /** Whether they are for the root that signs them. */
  signsItself: boolean;
}>;

/**
 * Checks that this plan is recorded: it is waiting for its signature, a committed entry records
 * exactly these bytes, and they have this serial number and key. Throws `signer.no-plan`,
 * `signer.no-record`, `signer.plan-differs` or `signer.authority-not-active`.
 */
export function checkPlan(
  id: string,
  plan: StoredPlan | undefined,
  issuer: Issuer | null,
): RecordedPlan {
  if (!plan) refuse("signer.no-plan", `There is no committed plan ${id}, so nothing was signed.`);
  if (plan.state !== "planned")
    refuse("signer.no-plan", `${id} is ${plan.state}: it is not waiting for a signature.`);
  if (!issuer) refuse("signer.no-plan", `The issuer of ${id} has no key.`);
  checkEntry(plan);
  const tbs = readBytes(plan);
  return { plan, tbs, signsItself: checkBytes(plan, tbs, issuer) };
}
