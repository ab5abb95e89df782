import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { formatIso } from "@/lib/format/time";
import { recordEntry } from "@/lib/log/record";
import { describeExtensions } from "@/lib/pki/describe";
import { readTbs } from "@/lib/pki/tbs";
import type { CertificatePlan, ParsedCsr } from "@/lib/pki/types";
import { decideIssuing } from "./decide-issuing";
import { mayEmpower } from "./may-empower";
import type { CertificatePreview, IssueInput } from "./schema";

function requestOf(csr: ParsedCsr): CertificatePreview["request"] {
  return {
    subject: csr.subjectText,
    sans: csr.sans,
    key: csr.key.text,
    keySha256: Buffer.from(csr.key.spkiSha256).toString("hex"),
    ignored: csr.ignoredExtensions,
  };
}

function planOf(plan: CertificatePlan): CertificatePreview["plan"] {
  return {
    notBefore: formatIso(plan.notBefore),
    notAfter: formatIso(plan.notAfter),
    subject: plan.subjectText,
    sans: plan.sans,
    extensions: describeExtensions(readTbs(plan.tbsDer).extensions ?? []),
  };
}

/** The decision on a request, with everything that issuing would find, and nothing signed or stored. The look itself is on the record. */
export async function previewCertificate(
  deps: Deps,
  actor: Actor,
  input: IssueInput,
): Promise<CertificatePreview> {
  const scope = authorize(actor, "certificates.issue");
  const onlyIdentityId = scope === "own" ? (actor.identityId ?? "") : null;
  const { csr, plan, identity, findings, decision } = await decideIssuing(
    deps,
    { ...input, onlyIdentityId, mayEmpower: mayEmpower(actor), predecessor: null },
    true,
  );
  const target = identity && { kind: "identity", id: identity.id, label: identity.name };
  await recordEntry(deps, actor, {
    action: "certificate.read",
    outcome: "success",
    target,
    details: { method: "POST", path: "certificates/preview" },
  });
  return { request: csr && requestOf(csr), findings, plan: plan && planOf(plan), decision };
}
