import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { IssueInput } from "@/lib/certificates/request-schema";
import type { CertificatePreview } from "@/lib/certificates/schema";
import { formatIso } from "@/lib/format/time";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Decision } from "@/lib/log/types";
import { describeExtensions } from "@/lib/pki/describe";
import { extensionOids } from "@/lib/pki/oids";
import { readTbs } from "@/lib/pki/tbs";
import type { CertificatePlan, ParsedCsr } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  decideIssuance,
  issuanceRequest,
  type IssuanceDecision,
  type IssuanceRequest,
} from "./decide-issuance";
import { describeIgnored } from "@/lib/issuing/rules/describe-ignored";
import { digestPlan } from "./digest-plan";
import { withSampleKey } from "./server-key/sample-key";

function requestOf(
  csr: ParsedCsr,
  request: IssuanceRequest,
  decision: Decision,
): CertificatePreview["request"] {
  return {
    subject: csr.subjectText,
    sans: csr.sans,
    key: csr.key.text,
    keySha256: request.serverKey ? null : Buffer.from(csr.key.spkiSha256).toString("hex"),
    ignored: describeIgnored(csr, request, decision),
  };
}

function planOf(
  plan: CertificatePlan,
  { profile, issuer, now }: IssuanceDecision,
  request: IssuanceRequest,
): CertificatePreview["plan"] {
  if (!profile || !issuer) throw new Error("unreachable: a plan has a profile and an issuer");
  return {
    sha256: digestPlan(plan, request, { profile, issuer, now }),
    notBefore: formatIso(plan.notBefore),
    notAfter: formatIso(plan.notAfter),
    subject: plan.subjectText,
    sans: plan.sans,
    extensions: describeExtensions(readTbs(plan.tbsDer).extensions ?? []).map((extension) =>
      request.serverKey && extension.oid === extensionOids.subjectKeyIdentifier
        ? { ...extension, lines: ["Of the key that is made when the certificate is issued"] }
        : extension,
    ),
  };
}

async function requestFor(
  deps: Deps,
  actor: Actor,
  { csr, key, ...input }: IssueInput,
): Promise<IssuanceRequest> {
  const request = issuanceRequest(actor, authorize(actor, "certificates.issue"), input);
  return key ? withSampleKey(deps, request, key) : { ...request, csr: csr ?? "" };
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
  const request = await requestFor(deps, actor, input);
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
    request: csr && requestOf(csr, request, decision),
    findings,
    names: names.names,
    // A request that is refused adds nothing.
    addNames: (plan === null ? [] : names.toAdd).map(({ type, value }) => ({ type, value })),
    plan: plan && planOf(plan, decided, request),
    decision,
  };
}
