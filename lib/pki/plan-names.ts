import { isAppError, type Finding } from "@/lib/errors/app-error";
import { describeGeneralName, parseGeneralName } from "@/lib/pki/general-names";
import {
  findConstraintViolations,
  readNameConstraints,
  type CheckedNames,
} from "@/lib/pki/name-constraints";
import { describeName } from "@/lib/pki/names";
import { explainNameRefusal } from "@/lib/pki/profile-names";
import type { RuleBook } from "@/lib/pki/rule-book";
import type {
  DistinguishedName,
  GeneralName,
  IssuerFacts,
  ParsedCsr,
  ProfileRules,
} from "@/lib/pki/types";

/** Names beyond this number are counted, not judged one by one. */
const maxJudged = 250;

type Asked = Readonly<{
  rules: ProfileRules;
  csr: ParsedCsr;
  subject?: DistinguishedName;
  sans?: readonly GeneralName[];
}>;
export type PlannedNames = Readonly<{ subject: DistinguishedName; sans: readonly GeneralName[] }>;

/** The names that the certificate will carry, judged against the profile, every finding at once. */
export function planNames(asked: Asked, book: RuleBook): PlannedNames {
  const sans = planSans(asked, book);
  return { subject: planSubject(asked, sans, book), sans };
}

function planSans({ rules, csr, sans: override }: Asked, book: RuleBook): readonly GeneralName[] {
  const { san } = rules;
  const asked = override ?? csr.sans;
  const names: GeneralName[] = [];
  for (const [index, name] of asked.slice(0, maxJudged).entries()) {
    const checked = canonical(name, `sans.${index}`, book);
    if (
      checked === null ||
      names.some((other) => other.type === checked.type && other.value === checked.value)
    )
      continue;
    names.push(checked);
    const why = explainNameRefusal(checked, san);
    const message = `The profile does not allow ${describeGeneralName(checked)}: ${why}. Ask for a name that it allows, or use another profile.`;
    book.judge(
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
  const count = asked.length > maxJudged ? asked.length : names.length;
  book.judge("san-count", String(count), countFinding(count, san));
  return names;
}

function canonical(name: GeneralName, path: string, book: RuleBook): GeneralName | null {
  try {
    return parseGeneralName(name.type, name.value);
  } catch (error) {
    if (!isAppError(error)) throw error;
    book.judge("san-is-valid", `${name.type}:${name.value}`, {
      code: error.code,
      message: error.message,
      path,
      clause: "RFC 5280 §4.2.1.6",
    });
    return null;
  }
}

function countFinding(count: number, { min, max }: ProfileRules["san"]): Finding | null {
  if (count >= min && count <= max) return null;
  const mend =
    count < min
      ? "Add them to the request: -addext subjectAltName=DNS:pay.example.com"
      : "Split them over several certificates.";
  const message = `The request has ${count} subjectAltName entries; the profile asks for ${min} to ${max}. ${mend}`;
  return {
    code: count < min ? "certificate.san-missing" : "certificate.san-too-many",
    message,
    path: "sans",
    clause: "profile",
  };
}

function planSubject(
  { rules, csr, subject: override }: Asked,
  sans: readonly GeneralName[],
  book: RuleBook,
): DistinguishedName {
  const { fixed } = rules.subject;
  const asked = override ?? csr.subject;
  const commonNames = asked.filter(({ type }) => type === "CN");
  if (override !== undefined) {
    const beyond = override.filter(
      ({ type, value }) =>
        type !== "CN" && !fixed.some((own) => own.type === type && own.value === value),
    );
    const message = `The profile decides the subject beyond the common name; remove ${describeName(beyond)}.`;
    book.judge(
      "subject-within-profile",
      describeName(override),
      beyond.length === 0
        ? null
        : {
            code: "certificate.subject-outside-profile",
            message,
            path: "subject",
            clause: "profile",
          },
    );
  }
  book.judge(
    "common-name",
    commonNames.map(({ value }) => value).join(", ") || "none",
    commonNameFinding(commonNames, sans, rules),
  );
  return [...fixed, ...commonNames.slice(0, 1)];
}

function commonNameFinding(
  found: DistinguishedName,
  sans: readonly GeneralName[],
  rules: ProfileRules,
): Finding | null {
  const { commonName, commonNameInSan } = rules.subject;
  const refuse = (code: string, message: string, clause = "profile"): Finding => ({
    code,
    message,
    path: "subject",
    clause,
  });
  const value = found[0]?.value;
  if (value === undefined) {
    return commonName === "required"
      ? refuse(
          "certificate.common-name-missing",
          "The profile asks for a common name. Make the request with -subj /CN=pay.example.com",
        )
      : null;
  }
  if (commonName === "forbidden")
    return refuse(
      "certificate.common-name-forbidden",
      "The profile allows no common name. Make the request with -subj / and name the subject in subjectAltName.",
    );
  if (found.length > 1)
    return refuse(
      "certificate.common-name-twice",
      "The subject has more than one common name; keep one.",
    );
  const isRepeated = sans.some((name) => name.value.toLowerCase() === value.toLowerCase());
  if (!commonNameInSan || isRepeated) return null;
  const message = `The common name ${value} is not among the subjectAltNames, and a client looks only there. Add it to the request: -addext subjectAltName=DNS:${value}`;
  return refuse("certificate.common-name-not-in-san", message, "RFC 9525 §6.3");
}

/** Holds the names against the constraints that the issuer's certificate carries. */
export function judgeNameConstraints(
  issuer: IssuerFacts | null,
  names: CheckedNames,
  book: RuleBook,
): void {
  const constraints = issuer?.nameConstraintsDer ?? null;
  if (constraints === null) return;
  const violations = findConstraintViolations(readNameConstraints(constraints), names);
  const found = violations.map((what) => ({
    code: "certificate.name-constraint",
    message: `The issuer's own name constraints forbid this: ${what}. Use another authority, or another name.`,
    path: "sans",
    clause: "RFC 5280 §4.2.1.10",
  }));
  book.judge("name-constraints", names.sans.map(describeGeneralName).join(", "), found);
}
