import { isAppError, type Finding } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { equalBytes } from "@/lib/pki/der";
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
} from "@/lib/pki/extensions";
import { usageForKey } from "@/lib/pki/key-usage";
import {
  findKeyWeaknesses,
  inspectPublicKey,
  signatureAlgorithmOf,
  subjectKeyIdentifier,
} from "@/lib/pki/keys";
import { lintTbs } from "@/lib/pki/lint/lint-tbs";
import { describeName, encodeName } from "@/lib/pki/names";
import { judgeNameConstraints, planNames, type PlannedNames } from "@/lib/pki/plan-names";
import { planValidity, type Validity } from "@/lib/pki/plan-validity";
import { isError, makeRuleBook, type RuleBook } from "@/lib/pki/rule-book";
import { readSpki } from "@/lib/pki/spki";
import { encodeTbs } from "@/lib/pki/tbs";
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
} from "@/lib/pki/types";

export type CertificateAsked = Readonly<{
  rules: ProfileRules;
  profileName: string;
  issuer: IssuerFacts;
  csr: ParsedCsr;
  /** Takes the place of the request's subject. */
  subject?: DistinguishedName | undefined;
  /** Takes the place of the request's subjectAltNames. */
  sans?: readonly GeneralName[] | undefined;
  serial: Uint8Array;
  now: Date;
  validitySeconds?: number | undefined;
  urls: StatusUrls;
}>;

export type AuthorityAsked = Readonly<{
  rules: ProfileRules;
  subject: DistinguishedName;
  spkiDer: Uint8Array;
  /** Null: it signs itself. */
  issuer: IssuerFacts | null;
  /** How the issuer (or, self-signed, the key itself) signs. */
  signatureAlgorithm: SignatureAlgorithm;
  serial: Uint8Array;
  now: Date;
  validitySeconds: number;
  urls: StatusUrls;
}>;

const noUrls: StatusUrls = { crl: null, ocsp: null, caIssuers: null };

/**
 * Decides one certificate for a leaf or an OCSP responder, without signing: names, key, lifetime and issuer are held against the
 * profile, the bytes are built and linted. Every finding comes at once, and every rule with what it looked at; `plan` is null if any
 * finding is an error. Expected refusals never throw.
 */
export function planCertificate(asked: CertificateAsked): PlanResult {
  const { rules, issuer, csr } = asked;
  const book = makeRuleBook();
  const isLeaf = rules.kind === "leaf" || rules.kind === "ocsp-responder";
  book.judge(
    "profile-kind",
    `${asked.profileName}: ${rules.kind}`,
    isLeaf
      ? null
      : fail(
          "certificate.profile-not-for-leaves",
          "This profile makes authorities, not certificates from requests. Choose another.",
          "profile",
        ),
  );
  judgeKey(csr.key, rules, issuer, book);
  const validity = planValidity(
    { rules, issuer, now: asked.now, validitySeconds: asked.validitySeconds },
    book,
  );
  const names = planNames(
    {
      rules,
      csr,
      ...(asked.subject && { subject: asked.subject }),
      ...(asked.sans && { sans: asked.sans }),
    },
    book,
  );
  const extensions = (): Uint8Array[] => leafExtensions(asked, names);
  return conclude({
    book,
    rules,
    issuer,
    key: csr.key,
    serial: asked.serial,
    validity,
    names,
    extensions,
    signatureAlgorithm: issuer.signatureAlgorithm,
  });
}

/** Decides the certificate of an authority, self-signed (`issuer` null) or issued by another. Otherwise as `planCertificate`. */
export function planAuthority(asked: AuthorityAsked): PlanResult {
  const { rules, issuer } = asked;
  const book = makeRuleBook();
  const key = inspectPublicKey(asked.spkiDer);
  const expected = issuer?.signatureAlgorithm ?? signatureAlgorithmOf(asked.spkiDer);
  const isCa = rules.kind === (issuer === null ? "root-ca" : "issuing-ca");
  book.judge(
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
  book.judge(
    "signature-algorithm",
    asked.signatureAlgorithm,
    expected === asked.signatureAlgorithm
      ? null
      : fail(
          "authority.signature-algorithm",
          `The issuer's key signs with ${expected ?? "nothing allowed"}, not with ${asked.signatureAlgorithm}.`,
          "RFC 5280 §4.1.1.2",
        ),
  );
  judgeKey(key, rules, issuer, book);
  book.judge("path-length", String(rules.pathLength), pathFinding(rules, issuer));
  const validity = planValidity(
    { rules, issuer, now: asked.now, validitySeconds: asked.validitySeconds },
    book,
  );
  const extensions = (): Uint8Array[] => authorityExtensions(asked);
  return conclude({
    book,
    rules,
    issuer,
    key,
    serial: asked.serial,
    validity,
    names: { subject: asked.subject, sans: [] },
    extensions,
    signatureAlgorithm: asked.signatureAlgorithm,
  });
}

function fail(code: string, message: string, clause: string, path?: string): Finding {
  return path === undefined ? { code, message, clause } : { code, message, clause, path };
}

function judgeKey(
  key: PublicKeyFacts,
  rules: ProfileRules,
  issuer: IssuerFacts | null,
  book: RuleBook,
): void {
  const isAllowed = key.algorithm !== null && rules.keyAlgorithms.includes(key.algorithm);
  const message = `The profile does not allow a key of the kind ${key.text}. Make one of: ${rules.keyAlgorithms.join(", ")}.`;
  book.judge(
    "key-algorithm",
    key.text,
    isAllowed ? null : fail("certificate.key-not-allowed", message, "profile", "csr"),
  );
  book.judge("key-strength", key.text, findKeyWeaknesses(key.spkiDer));
  const isIssuers = issuer !== null && equalBytes(issuer.spkiDer, key.spkiDer);
  book.judge(
    "key-is-not-the-issuers",
    key.text,
    isIssuers
      ? fail(
          "certificate.key-of-issuer",
          "The request carries the key of its own issuer. Make a new key pair.",
          "RFC 5280 §4.2.1.1",
          "csr",
        )
      : null,
  );
}

function pathFinding(rules: ProfileRules, issuer: IssuerFacts | null): Finding | null {
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
  { rules, issuer, csr, urls }: CertificateAsked,
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

function authorityExtensions({ rules, issuer, spkiDer, urls }: AuthorityAsked): Uint8Array[] {
  const own = subjectKeyIdentifier(spkiDer);
  return [
    authorityKeyIdentifierExtension(issuer?.subjectKeyIdentifier ?? own),
    subjectKeyIdentifierExtension(own),
    keyUsageExtension(rules.keyUsage),
    ...(rules.extendedKeyUsage.length > 0
      ? [extendedKeyUsageExtension(rules.extendedKeyUsage)]
      : []),
    basicConstraintsExtension(true, rules.pathLength),
    // A root is trusted by being installed; nobody could state its revocation but itself.
    ...(issuer === null ? [] : statusExtensions(urls)),
  ];
}

type Draft = Readonly<{
  book: RuleBook;
  rules: ProfileRules;
  issuer: IssuerFacts | null;
  key: PublicKeyFacts;
  serial: Uint8Array;
  validity: Validity;
  names: PlannedNames;
  extensions: () => Uint8Array[];
  signatureAlgorithm: SignatureAlgorithm;
}>;

/** Lints that say of the bytes what a rule has said of the request already: one reason is told once. */
const toldAlready: Readonly<Record<string, string>> = {
  "lint.validity-beyond-profile": "certificate.lifetime-beyond-profile",
  "lint.validity-beyond-issuer": "certificate.lifetime-beyond-issuer",
  "lint.common-name-in-san": "certificate.common-name-not-in-san",
  "lint.san-kind": "certificate.name-outside-profile",
  "lint.san-missing": "certificate.san-missing",
  "lint.name-constraints-of-issuer": "certificate.name-constraint",
  "lint.path-length-of-issuer": "authority.path-length",
};

/** Builds the bytes, lints them, and lets the plan out only if nothing stands in the way. */
function conclude(draft: Draft): PlanResult {
  const { book, issuer, key, serial, validity, names, signatureAlgorithm } = draft;
  const subjectDer = encodeSubject(names.subject, book);
  judgeNameConstraints(issuer, { sans: names.sans, subjectDer }, book);
  const tbsDer = encodeTbs({
    serial,
    algorithmDer: encodeSignatureAlgorithm(signatureAlgorithm),
    issuerDer: issuer?.subjectDer ?? subjectDer,
    ...validity,
    subjectDer,
    spkiDer: key.spkiDer,
    extensions: draft.extensions(),
  });
  const linted = lintTbs(tbsDer, { issuer, rules: draft.rules });
  book.judge(
    "lint",
    `${tbsDer.length} octets`,
    linted.filter(({ code }) => !book.findings.some((told) => told.code === toldAlready[code])),
  );
  const { findings, rules } = book;
  if (findings.some(isError)) return { plan: null, findings, rules };
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
  return { plan, findings, rules };
}

function encodeSubject(subject: DistinguishedName, book: RuleBook): Uint8Array {
  try {
    return encodeName(subject);
  } catch (error) {
    if (!isAppError(error)) throw error;
    book.judge("subject-is-valid", describeName(subject), {
      code: error.code,
      message: error.message,
      path: "subject",
      clause: "RFC 5280 §4.1.2.6",
    });
    return encodeName([]);
  }
}
