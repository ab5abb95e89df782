import type { Finding } from "@/lib/errors/types";
import { looksLikeAnotherType } from "@/lib/pki/held-names/common-name";
import { isBoundCommonName } from "./common-name-rule";
import { proposeCommonName, proposeInstead, proposeNoCommonName } from "./name-proposals";
import { describeName } from "./names";
import { isLenient, type NamesRequest } from "./names-request";
import type { RuleChecks } from "./rule-checks";
import type { DistinguishedName, GeneralName } from "./types";

/** The subject: the profile's attributes and the common name that was requested, checked. */
export function planSubject(
  request: NamesRequest,
  sans: readonly GeneralName[],
  checks: RuleChecks,
): DistinguishedName {
  const { fixed } = request.rules.subject;
  const requested = request.subject ?? request.csr.subject;
  const commonNames = requested.filter(({ type }) => type === "CN");
  const beyond = requested.filter(
    ({ type, value }) =>
      type !== "CN" && !fixed.some((own) => own.type === type && own.value === value),
  );
  if (request.subject !== undefined)
    checks.add("subject-within-profile", describeName(requested), beyondFinding(beyond));
  else if (beyond.length > 0) checks.add("subject-attributes-dropped", describeName(beyond), null);
  checks.add(
    "common-name",
    commonNames.map(({ value }) => value).join(", ") || "none",
    commonNameFinding(request, commonNames, sans),
  );
  return [...fixed, ...commonNames.slice(0, 1)];
}

const refuse = (code: string, message: string, clause = "profile"): Finding => ({
  code,
  message,
  path: "subject",
  clause,
});

function beyondFinding(beyond: DistinguishedName): Finding | null {
  if (beyond.length === 0) return null;
  return refuse(
    "certificate.subject-outside-profile",
    `The profile decides the subject beyond the common name; remove ${describeName(beyond)}.`,
  );
}

function commonNameFinding(
  request: NamesRequest,
  found: DistinguishedName,
  sans: readonly GeneralName[],
): Finding | null {
  const { commonName } = request.rules.subject;
  const value = found[0]?.value;
  if (value === undefined) {
    return commonName === "required"
      ? refuse(
          "certificate.common-name-missing",
          `The profile requires a common name. ${proposeCommonName(request, sans)}`,
        )
      : null;
  }
  if (commonName === "forbidden")
    return refuse(
      "certificate.common-name-forbidden",
      `The profile allows no common name. ${proposeNoCommonName(request.rules.san, sans)}`,
    );
  if (found.length > 1)
    return refuse(
      "certificate.common-name-twice",
      "The subject has more than one common name; keep one.",
    );
  return unboundFinding(request, value, sans);
}

const isAmongHeld = ({ identity, rules }: NamesRequest, value: string): boolean =>
  rules.subject.commonNameFrom === "san-or-identity" &&
  identity.commonNames.some((held) => held.toLowerCase() === value.toLowerCase());

/** Some verifiers take the common name for the subject's name, so it is bound like one. */
function unboundFinding(
  request: NamesRequest,
  value: string,
  sans: readonly GeneralName[],
): Finding | null {
  const { identity, rules } = request;
  const from = rules.subject.commonNameFrom;
  if (isBoundCommonName(value, from, sans, identity.commonNames)) return null;
  const isRepeatedWildcard = sans.some((san) => san.value === value.toLowerCase());
  const isAllowed =
    identity.earlier.commonNames.includes(value) ||
    (from === "san-or-identity" && isLenient(request)) ||
    (rules.savedBeforeNames === true && isRepeatedWildcard);
  if (identity.earlier.commonNames.includes(value) && !isAmongHeld(request, value))
    return {
      ...refuse(
        "certificate.common-name-not-bound",
        `The common name ${value} is that of the certificate to replace, and isn't the identity's name anymore: it was renamed, or doesn't hold the name now. The rotation keeps it. ${proposeInstead(value, request, sans)}`,
        "RFC 9525 §6.3, profile",
      ),
      severity: "warning",
    };
  const why = value.includes("*")
    ? `The common name ${value} is a wildcard, which only a subjectAltName can be.`
    : looksLikeAnotherType(value) && isAmongHeld(request, value)
      ? `The common name ${value} reads as a host, address or mailbox, so it has to be one of the certificate's subjectAltNames.`
      : `The common name ${value} is not one of the certificate's subjectAltNames${from === "san" ? "" : ", nor the name of the identity"}.`;
  const finding = refuse(
    "certificate.common-name-not-bound",
    `${why} ${proposeInstead(value, request, sans)}`,
    "RFC 9525 §6.3, profile",
  );
  return { ...finding, severity: isAllowed ? "warning" : "error" };
}
