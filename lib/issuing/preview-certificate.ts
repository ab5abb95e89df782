import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { CertificatePreview, IssueInput } from "@/lib/certificates/schema";
import { formatIso } from "@/lib/format/time";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Decision } from "@/lib/log/types";
import { describeExtensions } from "@/lib/pki/describe";
import { readTbs } from "@/lib/pki/tbs";
import type { CertificatePlan, ParsedCsr } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { decideIssuance, issuanceRequest, type IssuanceDecision } from "./decide-issuance";
import { describeIgnored } from "@/lib/issuing/rules/describe-ignored";
import { digestPlan } from "./digest-plan";

function requestOf(
  csr: ParsedCsr,
  input: IssueInput,
  decision: Decision,
): CertificatePreview["request"] {
  return {
    subject: csr.subjectText,
    sans: csr.sans,
    key: csr.key.text,
    keySha256: Buffer.from(csr.key.spkiSha256).toString("hex"),
    ignored: describeIgnored(csr, input, decision),
  };
}

function planOf(
  plan: CertificatePlan,
  { profile, issuer, now }: IssuanceDecision,
  input: IssueInput,
): CertificatePreview["plan"] {
  if (!profile || !issuer) throw new Error("unreachable: a plan has a profile and an issuer");
  return {
    sha256: digestPlan(plan, input, { profile, issuer, now }),
    notBefore: formatIso(plan.notBefore),
    notAfter: formatIso(plan.notAfter),
    subject: plan.subjectText,
    sans: plan.sans,
    extensions: describeExtensions(readTbs(plan.tbsDer).extensions ?? []),
  };
}

/**
 * The decision on a request, with every finding that issuing would report. Nothing is signed or
 * stored; the preview itself is recorded as a read.
 */
export async function previewCertificate(
  deps: Deps,
  actor: Actor,
  input: IssueInput,
): Promise<CertificatePreview> {
  const scope = authorize(actor, "certificates.issue");
  const request = issuanceRequest(actor, scope, input);
  const decided = await decideIssuance(deps, request, true);
  const { csr, plan, identity, names, findings, decision } = decided;
  const target = identity && { kind: "identity", id: identity.id, label: identity.name };
  await recordEntry(deps.recorder, actor, {
    action: "certificate.read",
    outcome: "success",
    target,
    details: { method: "POST", path: "certificates/preview" },
  });
  return {
    request: csr && requestOf(csr, input, decision),
    findings,
    names: names.names,
    // A request that is refused adds nothing.
    addNames: (plan === null ? [] : names.toAdd).map(({ type, value }) => ({ type, value })),
    plan: plan && planOf(plan, decided, input),
    decision,
  };
}
