import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { canonicalName } from "@/lib/pki/held-names/held-name";
import { describeGeneralName, parseGeneralName } from "./general-names";
import {
  findConstraintViolations,
  readNameConstraints,
  type CheckedNames,
} from "./name-constraints";
import { isLenient, type IdentityNames, type NamesRequest } from "./names-request";
import { planSubject } from "./plan-subject";
import { explainNameRefusal } from "./profile-names";
import { proposeSan } from "./name-proposals";
import type { RuleChecks } from "./rule-checks";
import type { DistinguishedName, GeneralName, IssuerFacts, ProfileRules } from "./types";

/** Names beyond this number are counted, not checked one by one. */
const maxCheckedNames = 250;

const isAmong = (names: readonly GeneralName[], { type, value }: GeneralName): boolean =>
  names.some((name) => name.type === type && name.value === value);

export type PlannedNames = Readonly<{ subject: DistinguishedName; sans: readonly GeneralName[] }>;

/**
 * The names that the certificate will carry, checked against the profile; all findings are
 * reported.
 */
export function planNames(request: NamesRequest, checks: RuleChecks): PlannedNames {
  const sans = planSans(request, checks);
  const subject = planSubject(request, sans, checks);
  const hasName = sans.length > 0 || subject.some(({ type }) => type === "CN");
  checks.add(
    "has-a-name",
    hasName ? "yes" : "none",
    hasName ? null : noNameFinding(request, checks),
  );
  return { subject, sans };
}

/** Null if another finding already says which name is missing. */
function noNameFinding({ rules }: NamesRequest, { findings }: RuleChecks): Finding | null {
  if (findings.some(({ path }) => path === "subject" || path?.startsWith("sans"))) return null;
  return {
    code: "certificate.san-missing",
    message: `The request has neither a common name nor a subjectAltName. ${proposeSan(rules.san)}`,
    path: "sans",
    clause: "profile",
  };
}

function planSans(request: NamesRequest, checks: RuleChecks): readonly GeneralName[] {
  const { rules, csr, identity } = request;
  const requested = request.sans ?? csr.sans;
  const names: GeneralName[] = [];
  for (const [index, name] of requested.slice(0, maxCheckedNames).entries()) {
    const checked = canonical(name, `sans.${index}`, identity, checks);
    if (checked === null || isAmong(names, checked)) continue;
    names.push(checked);
    const why = isAmong(identity.offered, checked) ? null : explainNameRefusal(checked, rules.san);
    const message = `The profile does not allow ${describeGeneralName(checked)}: ${why}. Request a name that it allows, or use another profile.`;
    checks.add(
      "san-within-profile",
      describeGeneralName(checked),
      why === null
        ? null
        : {
            code: "certificate.name-outside-profile",
            message,
            path: `sans.${index}`,
            clause: "profile",
          },
    );
  }
  const count = requested.length > maxCheckedNames ? requested.length : names.length;
  checks.add("san-count", String(count), countFinding(count, rules.san));
  checkSpiffe(request, names, checks);
  return names;
}

/** The name in the one form that names are compared in; null if it can't be in a certificate. */
function canonical(
  name: GeneralName,
  path: string,
  { earlier }: IdentityNames,
  checks: RuleChecks,
): GeneralName | null {
  try {
    return { type: name.type, value: canonicalName(name.type, name.value).value };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const kept = error.code === "name.not-canonical" ? earlierName(name, earlier.sans) : null;
    checks.add("san-is-valid", `${name.type}:${name.value}`, {
      code: error.code,
      message: error.message,
      path,
      clause: "RFC 5280 §4.2.1.6",
      severity: kept === null ? "error" : "warning",
    });
    return kept;
  }
}

/** A name that its certificates already carry, as it is written there. */
function earlierName(name: GeneralName, earlier: readonly GeneralName[]): GeneralName | null {
  const valid = parseGeneralName(name.type, name.value);
  return isAmong(earlier, valid) ? valid : null;
}

/** A verifier of SPIFFE IDs has to find exactly one (SPIFFE X509-SVID §2). */
function checkSpiffe(
  request: NamesRequest,
  names: readonly GeneralName[],
  checks: RuleChecks,
): void {
  const uris = names.filter(({ type }) => type === "uri");
  if (!uris.some(({ value }) => value.startsWith("spiffe:"))) return;
  const isEarlier = uris.every((uri) => isAmong(request.identity.earlier.sans, uri));
  checks.add(
    "spiffe-id-is-the-only-uri",
    uris.map(describeGeneralName).join(", "),
    uris.length === 1
      ? null
      : {
          code: "certificate.spiffe-one-uri",
          message:
            "A certificate with a SPIFFE ID can't have another URI: a service could authorize one of them and act for the other. Request one certificate for each.",
          path: "sans",
          clause: "SPIFFE X509-SVID §2",
          severity: isEarlier || isLenient(request) ? "warning" : "error",
        },
  );
}

function countFinding(count: number, rules: ProfileRules["san"]): Finding | null {
  const { min, max } = rules;
  if (count >= min && count <= max) return null;
  const fix = count < min ? `${proposeSan(rules)}` : "Split them across several certificates.";
  const message = `The request has ${count} subjectAltName entries; the profile requires ${min} to ${max}. ${fix}`;
  return {
    code: count < min ? "certificate.san-missing" : "certificate.san-too-many",
    message,
    path: "sans",
    clause: "profile",
  };
}

/** Checks the names against the name constraints of the issuer's certificate. */
export function checkNameConstraints(
  issuer: IssuerFacts | null,
  names: CheckedNames,
  checks: RuleChecks,
): void {
  const constraints = issuer?.nameConstraintsDer ?? null;
  if (constraints === null) return;
  const violations = findConstraintViolations(readNameConstraints(constraints), names);
  const found = violations.map((what) => ({
    code: "certificate.name-constraint",
    message: `The issuer's own name constraints forbid this: ${what}. Use another CA or another name.`,
    path: "sans",
    clause: "RFC 5280 §4.2.1.10",
  }));
  checks.add("name-constraints", names.sans.map(describeGeneralName).join(", "), found);
}
