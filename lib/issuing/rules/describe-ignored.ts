import type { GeneralName, DistinguishedName, ParsedCsr } from "@/lib/pki/types";
import type { Decision } from "@/lib/log/types";
import { describeGeneralName } from "@/lib/pki/general-names";
import { describeName } from "@/lib/pki/names";

type Replaced = Readonly<{
  sans?: readonly GeneralName[] | undefined;
  subject?: DistinguishedName | undefined;
}>;

/**
 * Everything that a CSR asks for and that the certificate won't have, in words: extensions,
 * attributes, parts of the subject, and names that the request replaced. The same list is in the
 * preview and in the answer to issuing.
 */
export function describeIgnored(csr: ParsedCsr, request: Replaced, decision: Decision): string[] {
  const dropped = decision.rules.find(({ rule }) => rule === "subject-attributes-dropped");
  const isKept = ({ type, value }: GeneralName): boolean =>
    request.sans === undefined ||
    request.sans.some(
      (san) => san.type === type && san.value.toLowerCase() === value.toLowerCase(),
    );
  const isReplaced =
    request.subject !== undefined && describeName(request.subject) !== csr.subjectText;
  return [
    ...csr.ignoredExtensions,
    ...csr.ignoredAttributes.map((attribute) => `attribute ${attribute}`),
    ...csr.sans.filter((san) => !isKept(san)).map(describeGeneralName),
    ...(isReplaced && csr.subjectText !== "" ? [`subject ${csr.subjectText}`] : []),
    ...(dropped ? [`subject ${dropped.input}`] : []),
  ];
}
