import type { Issuer } from "@/lib/authorities/find-issuer";
import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import type { Identity } from "@/lib/identities/read-identities";
import { failure } from "@/lib/issuing/failure";
import { statusUrls } from "@/lib/pki/authority-urls";
import { wholeSeconds } from "@/lib/pki/der-time";
import { readBasicConstraints } from "@/lib/pki/extension-values";
import { describeGeneralName } from "@/lib/pki/general-names";
import { planAuthority } from "@/lib/pki/plan";
import { systemRules } from "@/lib/pki/system-rules";
import {
  holdTrustDomain,
  intermediateCommonName,
  intermediateProfile,
  trustDomainId,
  trustDomainOf,
} from "@/lib/pki/trust-domain";
import type { ParsedCsr, PlanResult } from "@/lib/pki/types";
import type { PermissionRow } from "./permission-repository";

type PlanRequest = Readonly<{
  csr: ParsedCsr;
  identity: Identity;
  permission: Pick<PermissionRow, "id" | "trustDomain" | "maxSeconds">;
  issuer: Issuer;
  organization: string;
  /** The permission's longest if it is undefined. */
  validitySeconds: number | undefined;
  serial: Uint8Array;
  now: Date;
  publicUrl: string;
}>;
/** `warning`: what was cut of the lifetime, in words. */
export type IntermediatePlan = PlanResult & Readonly<{ warning: string | null }>;

const refusal = (code: string, message: string, path: string): Finding =>
  failure(code, message, path, "SPIFFE X509-SVID §4");

/** Why the names of a CSR are not those of a CA of one trust domain; null if they are. */
export function findNameProblem({ sans }: Pick<ParsedCsr, "sans">): Finding | null {
  if (trustDomainOf(sans) !== null) return null;
  const found = sans.map(describeGeneralName).join(", ").slice(0, 200) || "none";
  return refusal(
    "certificate.not-a-trust-domain",
    `The CSR has to name the SPIFFE ID of a trust domain, such as URI:spiffe://prod.example.com, and nothing else. Its names: ${found}.`,
    "csr",
  );
}

/** What a CSR asks for in its basicConstraints that no CA of a client is. */
function findConstraintProblem({ basicConstraintsDer: value }: ParsedCsr): Finding | null {
  if (value === undefined) return null;
  const problem = (what: string): Finding =>
    refusal("certificate.not-a-ca", `${what} Leave basicConstraints out of the CSR.`, "csr");
  try {
    const { isCa, pathLength } = readBasicConstraints(value);
    if (!isCa) return problem("The CSR is for a certificate that is no CA's.");
    return (pathLength ?? 0) > 0
      ? problem(
          `The CSR asks for a CA with ${pathLength} more below it; the path length is always 0.`,
        )
      : null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return problem("The basicConstraints of the CSR can't be read.");
  }
}

/**
 * Plans the CA certificate of a client: path length 0, bound to its trust domain by critical name
 * constraints, with a subject that Chancery chooses. Of the CSR only the key counts; what it asks for
 * beyond that is refused. A lifetime beyond the permission or the CA above is cut. Pure.
 */
export function planIntermediate(request: PlanRequest): IntermediatePlan {
  const { csr, identity, permission, issuer, serial, now, organization } = request;
  const { seconds, warning } = boundLifetime(request);
  const { trustDomain } = permission;
  const planned = planAuthority({
    rules: systemRules[intermediateProfile],
    subject: [
      { type: "O", value: organization },
      { type: "CN", value: intermediateCommonName(serial) },
    ],
    spkiDer: csr.key.spkiDer,
    issuer: issuer.facts,
    trustDomain,
    signatureAlgorithm: issuer.facts.signatureAlgorithm,
    serial,
    now,
    validitySeconds: seconds,
    urls: statusUrls(request.publicUrl, issuer.slug),
  });
  const own = [findConstraintProblem(csr), findHolderProblem(identity, trustDomain)];
  const findings = [...own.filter((finding) => finding !== null), ...planned.findings];
  return {
    ...planned,
    rules: [{ rule: "ca-permission", input: permission.id, outcome: "passed" }, ...planned.rules],
    plan: own.every((finding) => finding === null) ? planned.plan : null,
    findings,
    warning,
  };
}

function findHolderProblem({ name, status, names }: Identity, trustDomain: string): Finding | null {
  if (status !== "active")
    return refusal("identity.suspended", `${name} is suspended and gets no certificates.`, "csr");
  if (holdTrustDomain(names, trustDomain)) return null;
  return refusal(
    "name.not-held",
    `${name} doesn't hold ${trustDomainId(trustDomain).value}/* any more, so it gets no CA certificate for it.`,
    "csr",
  );
}

/** Cut to what permission and CA allow, as clients of Vault expect. What is no lifetime is left. */
function boundLifetime({ permission, issuer, validitySeconds, now }: PlanRequest): Readonly<{
  seconds: number;
  warning: string | null;
}> {
  const { maxSeconds } = permission;
  const wanted = validitySeconds ?? maxSeconds;
  // notBefore and notAfter are both inclusive.
  const left = Math.floor((issuer.facts.notAfter.getTime() - wholeSeconds(now).getTime()) / 1000);
  const most = Math.min(maxSeconds, Math.max(left + 1, 1));
  if (wanted <= most) return { seconds: wanted, warning: null };
  const isPermission = most === maxSeconds;
  return {
    seconds: most,
    warning: isPermission
      ? `The requested lifetime is more than the CA permission allows, and was cut to ${most} seconds.`
      : "The requested lifetime goes beyond that of the CA, and was cut: the certificate expires together with the CA.",
  };
}
