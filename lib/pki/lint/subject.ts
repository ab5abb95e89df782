import { tags } from "@/lib/pki/der";
import { attributeBounds, hasControlCharacters, type RawAttribute } from "@/lib/pki/names";
import type { TbsView } from "@/lib/pki/tbs";
import { parseProblem, isAuthority, type Lint } from "./lint";
import { readAttributes } from "./readers";

function attributesOf(view: TbsView): readonly RawAttribute[] {
  return parseProblem(() => readAttributes(view.subjectDer)) === null
    ? readAttributes(view.subjectDer)
    : [];
}

const printable = new Set(["C", "serialNumber", "dnQualifier"]);
const ascii = new Set(["DC", "emailAddress"]);

function isEncodedWell({ type, tag, value }: RawAttribute): boolean {
  if (value === null) return false;
  if (printable.has(type)) return tag === tags.printableString;
  if (ascii.has(type)) return tag === tags.ia5String;
  return (
    tag === tags.utf8String ||
    (tag === tags.printableString && /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value))
  );
}

export const subjectLints: readonly Lint[] = [
  {
    code: "lint.name-form",
    clause: "RFC 5280 §4.1.2.4",
    check: (view) => parseProblem(() => readAttributes(view.subjectDer)),
  },
  {
    code: "lint.name-length",
    clause: "RFC 5280 appendix A.1",
    check: (view) => {
      const found = attributesOf(view).find(
        ({ type, value }) =>
          (value?.length ?? 0) > (attributeBounds[type] ?? 32_768) &&
          Array.from(value!).length > (attributeBounds[type] ?? 32_768),
      );
      return found === undefined
        ? null
        : `${found.type} has more than ${attributeBounds[found.type]} characters.`;
    },
  },
  {
    code: "lint.name-encoding",
    clause: "RFC 5280 §4.1.2.4",
    check: (view) => {
      const found = attributesOf(view).find((attribute) => !isEncodedWell(attribute));
      return found === undefined
        ? null
        : `${found.type} is not in the string type that it has to have (UTF8String; C and serialNumber PrintableString; DC IA5String), or does not fit it.`;
    },
  },
  {
    code: "lint.name-value",
    clause: "RFC 5280 appendix A.1",
    check: (view) => {
      const found = attributesOf(view).find(
        ({ value }) => value !== null && (value.trim() === "" || hasControlCharacters(value)),
      );
      return found === undefined ? null : `${found.type} is empty or holds control characters.`;
    },
  },
  {
    code: "lint.country",
    clause: "RFC 5280 appendix A.1",
    check: (view) => {
      const found = attributesOf(view).find(
        ({ type, value }) => type === "C" && !/^[A-Z]{2}$/.test(value ?? ""),
      );
      return found === undefined ? null : "C is not two capital letters (ISO 3166).";
    },
  },
  {
    code: "lint.subject-of-authority",
    clause: "RFC 5280 §4.1.2.6",
    check: (view, context) =>
      isAuthority(context) && attributesOf(view).length === 0
        ? "The subject of an authority is empty."
        : null,
  },
];
