import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { withoutCovered } from "@/lib/pki/lint/covered-lints";
import { lintTbs } from "@/lib/pki/lint/lint-tbs";
import { encodeSignatureAlgorithm } from "./algorithms";
import { authorityExtensions, authoritySans, type AuthorityRequest } from "./authority-extensions";
import { equalBytes } from "./der";
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  statusExtensions,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from "./extensions";
import { usageForKey } from "./key-usage";
import {
  findKeyWeaknesses,
  inspectPublicKey,
  signatureAlgorithmOf,
  subjectKeyIdentifier,
} from "./keys";
import { describeName, encodeName } from "./names";
import type { IdentityNames } from "./names-request";
import { checkNameConstraints, planNames, type PlannedNames } from "./plan-names";
import { planValidity, type Validity } from "./plan-validity";
import { isError, makeRuleChecks, type RuleChecks } from "./rule-checks";
import { readSpki } from "./spki";
import { encodeTbs } from "./tbs";
import type {
  DistinguishedName,
  GeneralName,
  IssuerFacts,
  ParsedCsr,
  PlanResult,
  ProfileRules,
  PublicKeyFacts,
  SignatureAlgorithm,
  StatusUrls,
} from "./types";

export type CertificateRequest = Readonly<{
  rules: ProfileRules;
  profileName: string;
  issuer: IssuerFacts;
  csr: ParsedCsr;
  /** Takes the place of the request's subject. */
  subject?: DistinguishedName | undefined;
  /** Takes the place of the request's subjectAltNames. */
  sans?: readonly GeneralName[] | undefined;
  identity: IdentityNames;
  serial: Uint8Array;
  now: Date;
  validitySeconds?: number | undefined;
  /** The exact end, instead of `validitySeconds`. */
  notAfter?: Date | undefined;
  /** The times of bytes that exist already: their reader evaluates these and lints the bytes. */
  validity?: Validity | undefined;
  urls: StatusUrls;
}>;

const noUrls: StatusUrls = { crl: null, ocsp: null, caIssuers: null };

/**
 * Decides one certificate for a leaf or an OCSP responder, without signing: names, key, lifetime
 * and issuer are checked against the profile, the bytes are built and linted. Returns all findings
 * and every rule with its input; `plan` is null if any finding is an error. Doesn't throw for
 * those.
 */
export function planCertificate(request: CertificateRequest): PlanResult {
  const { rules, issuer, csr } = request;
  const checks = makeRuleChecks();
  const isLeaf = rules.kind === "leaf" || rules.kind === "ocsp-responder";
  checks.add(
    "profile-kind",
    `${request.profileName}: ${rules.kind}`,
    isLeaf
      ? null
      : fail(
          "certificate.profile-not-for-leaves",
          "This profile is for CAs, not for certificates from CSRs. Choose another.",
          "profile",
        ),
  );
  checkKey(csr.key, rules, issuer, checks);
  const validity =
    request.validity ??
    planValidity(
      {
        rules,
        issuer,
        now: request.now,
        validitySeconds: request.validitySeconds,
        notAfter: request.notAfter,
      },
      checks,
    );
  const names = planNames(request, checks);
  const extensions = (): Uint8Array[] => leafExtensions(request, names);
  return conclude({
    isNew: request.validity === undefined,
    checks,
    rules,
    issuer,
    key: csr.key,
    serial: request.serial,
    validity,
    names,
    extensions,
    signatureAlgorithm: issuer.signatureAlgorithm,
  });
}

/**
 * Decides the certificate of an authority, self-signed (`issuer` null) or issued by another.
 * Otherwise as `planCertificate`.
 */
export function planAuthority(request: AuthorityRequest): PlanResult {
  const { rules, issuer } = request;
  const checks = makeRuleChecks();
  const key = inspectPublicKey(request.spkiDer);
  const expected = issuer?.signatureAlgorithm ?? signatureAlgorithmOf(request.spkiDer);
  const isCa = rules.kind === (issuer === null ? "root-ca" : "issuing-ca");
  checks.add(
    "profile-kind",
    rules.kind,
    isCa
      ? null
      : fail(
          "authority.profile-kind",
          `A ${issuer === null ? "self-signed" : "subordinate"} authority needs a profile of the kind ${issuer === null ? "root-ca" : "issuing-ca"}.`,
          "profile",
        ),
  );
  checks.add(
    "signature-algorithm",
    request.signatureAlgorithm,
    expected === request.signatureAlgorithm
      ? null
      : fail(
          "authority.signature-algorithm",
          `The issuer's key signs with ${expected ?? "nothing allowed"}, not with ${request.signatureAlgorithm}.`,
          "RFC 5280 §4.1.1.2",
        ),
  );
  checkKey(key, rules, issuer, checks);
  checks.add("path-length", String(rules.pathLength), pathLengthFinding(rules, issuer));
  const validity =
    request.validity ??
    planValidity(
      { rules, issuer, now: request.now, validitySeconds: request.validitySeconds },
      checks,
    );
  const extensions = (): Uint8Array[] => authorityExtensions(request);
  return conclude({
    isNew: request.validity === undefined,
    checks,
    rules,
    issuer,
    key,
    serial: request.serial,
    validity,
    names: { subject: request.subject, sans: authoritySans(request) },
    extensions,
    signatureAlgorithm: request.signatureAlgorithm,
  });
}

function fail(code: string, message: string, clause: string, path?: string): Finding {
  return path === undefined ? { code, message, clause } : { code, message, clause, path };
}

function checkKey(
  key: PublicKeyFacts,
  rules: ProfileRules,
  issuer: IssuerFacts | null,
  checks: RuleChecks,
): void {
  const isAllowed = key.algorithm !== null && rules.keyAlgorithms.includes(key.algorithm);
  const message = `The profile does not allow a key of the kind ${key.text}. Use one of: ${rules.keyAlgorithms.join(", ")}.`;
  checks.add(
    "key-algorithm",
    key.text,
    isAllowed ? null : fail("certificate.key-not-allowed", message, "profile", "csr"),
  );
  checks.add("key-strength", key.text, findKeyWeaknesses(key.spkiDer));
  const isIssuers = issuer !== null && equalBytes(issuer.spkiDer, key.spkiDer);
  checks.add(
    "key-is-not-the-issuers",
    key.text,
    isIssuers
      ? fail(
          "certificate.key-of-issuer",
          "The request carries the key of its issuer. Make a new key pair.",
          "RFC 5280 §4.2.1.1",
          "csr",
        )
      : null,
  );
}

function pathLengthFinding(rules: ProfileRules, issuer: IssuerFacts | null): Finding | null {
  const above = issuer?.pathLength ?? null;
  if (above === null) return null;
  if (above < 1)
    return fail(
      "authority.path-length",
      "The issuer's pathLenConstraint is 0: it may not issue authorities. Use one above it.",
      "RFC 5280 §4.2.1.9",
      "issuer",
    );
  if (rules.pathLength === null || rules.pathLength < above) return null;
  return fail(
    "authority.path-length",
    `The path length ${rules.pathLength} has to be below the issuer's ${above}.`,
    "RFC 5280 §4.2.1.9",
    "rules.pathLength",
  );
}

function leafExtensions(
  { rules, issuer, csr, urls }: CertificateRequest,
  { subject, sans }: PlannedNames,
): Uint8Array[] {
  const isResponder = rules.kind === "ocsp-responder";
  const usage = usageForKey(rules.keyUsage, readSpki(csr.key.spkiDer).kind);
  const usedUrls = isResponder
    ? { ...noUrls, caIssuers: urls.caIssuers }
    : rules.noRevAvail
      ? { ...urls, crl: null, ocsp: null }
      : urls;
  return [
    authorityKeyIdentifierExtension(issuer.subjectKeyIdentifier),
    subjectKeyIdentifierExtension(subjectKeyIdentifier(csr.key.spkiDer)),
    ...(usage.length > 0 ? [keyUsageExtension(usage)] : []),
    ...(isResponder
      ? [extendedKeyUsageExtension(["ocspSigning"])]
      : rules.extendedKeyUsage.length > 0
        ? [extendedKeyUsageExtension(rules.extendedKeyUsage)]
        : []),
    basicConstraintsExtension(false, null),
    ...(sans.length > 0 ? [subjectAltNameExtension(sans, subject.length === 0)] : []),
    ...statusExtensions(usedUrls),
    ...(isResponder ? [ocspNoCheckExtension()] : []),
    ...(rules.noRevAvail && !isResponder ? [noRevAvailExtension()] : []),
  ];
}

type Draft = Readonly<{
  /** Bytes that exist already are linted by their reader. */
  isNew: boolean;
  checks: RuleChecks;
  rules: ProfileRules;
  issuer: IssuerFacts | null;
  key: PublicKeyFacts;
  serial: Uint8Array;
  validity: Validity;
  names: PlannedNames;
  extensions: () => Uint8Array[];
  signatureAlgorithm: SignatureAlgorithm;
}>;

/** Builds the bytes, lints them, and returns the plan only if no finding is an error. */
function conclude(draft: Draft): PlanResult {
  const { checks, issuer, key, serial, validity, names, signatureAlgorithm } = draft;
  const encoded = encodeSubject(names.subject, checks);
  const subjectDer = encoded ?? encodeName([]);
  const plannedNames = { sans: names.sans, subjectDer };
  checkNameConstraints(issuer, plannedNames, checks);
  const tbsDer = encodeTbs({
    serial,
    algorithmDer: encodeSignatureAlgorithm(signatureAlgorithm),
    issuerDer: issuer?.subjectDer ?? subjectDer,
    ...validity,
    subjectDer,
    spkiDer: key.spkiDer,
    extensions: draft.extensions(),
  });
  // Bytes without their subject would have findings that only follow from its own.
  if (draft.isNew && encoded !== null) {
    const linted = lintTbs(tbsDer, { issuer, rules: draft.rules });
    checks.add("lint", `${tbsDer.length} octets`, withoutCovered(linted, checks.findings));
  }
  const { findings, rules } = checks;
  if (findings.some(isError)) return { plan: null, findings, rules, names: plannedNames };
  const plan = {
    tbsDer,
    signatureAlgorithm,
    serial,
    ...validity,
    subjectDer,
    subjectText: describeName(names.subject),
    sans: names.sans,
    key,
  };
  return { plan, findings, rules, names: plannedNames };
}

/** Null if it can't be encoded, which is a finding. */
function encodeSubject(subject: DistinguishedName, checks: RuleChecks): Uint8Array | null {
  try {
    return encodeName(subject);
  } catch (error) {
    if (!isAppError(error)) throw error;
    checks.add("subject-is-valid", describeName(subject), {
      code: error.code,
      message: error.message,
      path: "subject",
      clause: "RFC 5280 §4.1.2.6",
    });
    return null;
  }
}
