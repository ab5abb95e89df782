import { isAppError } from "@/lib/errors/app-error";
import { parseGeneralName, type RawGeneralName } from "@/lib/pki/general-names";
import { repeatsSan } from "@/lib/pki/common-name-rule";
import { extensionOids } from "@/lib/pki/oids";
import type { TbsView } from "@/lib/pki/tbs";
import type { GeneralName, GeneralNameType } from "@/lib/pki/types";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import { readAttributes, readGeneralNames } from "./readers";

const namesOf = (view: TbsView): readonly RawGeneralName[] =>
  readExtension(view, extensionOids.subjectAltName, readGeneralNames) ?? [];
const isSubjectEmpty = (view: TbsView): boolean => view.subjectDer.length === 2;

/** One lint for the text of one kind of name: it has to be its own canonical form. */
function syntaxLint(type: GeneralNameType, code: string, clause: string): Lint {
  const isCanonical = ({ text }: RawGeneralName): boolean => {
    try {
      return parseGeneralName(type, text).value === text;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  };
  const check: Lint["check"] = (view) => {
    const found = namesOf(view).find((name) => name.type === type && !isCanonical(name));
    return found === undefined
      ? null
      : `"${found.text.slice(0, 100)}" in subjectAltName is not a ${type} name in its canonical form.`;
  };
  return { code, clause, check };
}

export const sanLints: readonly Lint[] = [
  {
    code: "lint.san-form",
    clause: "RFC 5280 §4.2.1.6",
    check: (view) => {
      const found = findExtension(view, extensionOids.subjectAltName);
      return found === null ? null : parseProblem(() => readGeneralNames(found.value));
    },
  },
  {
    code: "lint.san-missing",
    clause: "RFC 5280 §4.1.2.6",
    check: (view, context) =>
      !isAuthority(context) &&
      isSubjectEmpty(view) &&
      findExtension(view, extensionOids.subjectAltName) === null
        ? "Both the subject and subjectAltName are empty."
        : null,
  },
  {
    code: "lint.san-critical",
    clause: "RFC 5280 §4.2.1.6",
    check: (view) => {
      const found = findExtension(view, extensionOids.subjectAltName);
      if (found === null || found.critical === isSubjectEmpty(view)) return null;
      return found.critical
        ? "subjectAltName is critical although there is a subject."
        : "subjectAltName is not critical although the subject is empty.";
    },
  },
  {
    code: "lint.san-kind",
    clause: "profile",
    check: (view, { rules }) => {
      const found = namesOf(view).find(
        ({ type }) => type === null || !rules.san.types.includes(type),
      );
      return found === undefined
        ? null
        : `subjectAltName holds a name that the profile does not allow: ${found.text.slice(0, 100)}.`;
    },
  },
  syntaxLint("dns", "lint.san-dns", "RFC 5280 §4.2.1.6, RFC 1034 §3.5"),
  syntaxLint("ip", "lint.san-ip", "RFC 5280 §4.2.1.6"),
  syntaxLint("email", "lint.san-email", "RFC 5280 §4.2.1.6, RFC 5321 §4.1.2"),
  syntaxLint("uri", "lint.san-uri", "RFC 5280 §4.2.1.6, RFC 3986"),
  {
    code: "lint.common-name-in-san",
    clause: "RFC 9525 §6.3, profile",
    check: (view, { rules }) => {
      if (
        rules.subject.commonNameFrom !== "san" ||
        parseProblem(() => readAttributes(view.subjectDer)) !== null
      )
        return null;
      const names = namesOf(view).flatMap(({ type, text }): GeneralName[] =>
        type === null ? [] : [{ type, value: text }],
      );
      const found = readAttributes(view.subjectDer).find(
        ({ type, value }) =>
          type === "CN" &&
          !names.some((name) => name.value.toLowerCase() === value?.toLowerCase()) &&
          !repeatsSan(value ?? "", names),
      );
      return found === undefined
        ? null
        : `The common name ${found.value ?? ""} is not among the subjectAltNames.`;
    },
  },
];
