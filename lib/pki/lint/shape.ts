import { extensionOids, nameOfOid } from "@/lib/pki/oids";
import type { Lint } from "./lint";

const known: ReadonlySet<string> = new Set(Object.values(extensionOids));

/** Version, the frame of the extensions, and what must not be there at all. */
export const shapeLints: readonly Lint[] = [
  {
    code: "lint.version",
    clause: "RFC 5280 §4.1.2.1",
    check: ({ version }) =>
      version === 2
        ? null
        : `The version is ${version + 1}; a certificate with extensions has version 3.`,
  },
  {
    code: "lint.unique-identifiers",
    clause: "RFC 5280 §4.1.2.8",
    check: ({ hasUniqueIdentifiers }) =>
      hasUniqueIdentifiers ? "A unique identifier is present; no authority may write one." : null,
  },
  {
    code: "lint.extensions-empty",
    clause: "RFC 5280 §4.1.2.9",
    check: ({ extensions }) =>
      extensions?.length === 0
        ? "The extensions are an empty SEQUENCE; with none the field is left out."
        : null,
  },
  {
    code: "lint.extension-duplicate",
    clause: "RFC 5280 §4.2",
    check: ({ extensions }) => {
      const oids = (extensions ?? []).map(({ oid }) => oid);
      const twice = oids.find((oid, index) => oids.indexOf(oid) !== index);
      return twice === undefined
        ? null
        : `The extension ${nameOfOid(twice)} occurs more than once.`;
    },
  },
  {
    code: "lint.critical-default",
    clause: "X.690 §11.1, §11.5",
    check: ({ extensions }) => {
      const found = extensions?.find(
        ({ criticalContent }) =>
          criticalContent !== null &&
          !(criticalContent.length === 1 && criticalContent[0] === 0xff),
      );
      return found === undefined
        ? null
        : `critical of ${nameOfOid(found.oid)} is not DER: FALSE is the default and left out, TRUE is FF.`;
    },
  },
  {
    code: "lint.extension-unknown-critical",
    clause: "RFC 5280 §4.2",
    check: ({ extensions }) => {
      const found = extensions?.find(({ oid, critical }) => critical && !known.has(oid));
      return found === undefined
        ? null
        : `The extension ${found.oid} is critical and unknown, so no client would accept the certificate.`;
    },
  },
];
