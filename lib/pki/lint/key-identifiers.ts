import { equalBytes } from "@/lib/pki/der";
import { extensionOids } from "@/lib/pki/oids";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import {
  readAuthorityKeyIdentifier,
  readSpki,
  readSubjectKeyIdentifier,
  subjectKeyIdentifier,
} from "./readers";

export const keyIdentifierLints: readonly Lint[] = [
  {
    code: "lint.authority-key-identifier",
    clause: "RFC 5280 §4.2.1.1",
    check: (view, { issuer }) => {
      const found = readExtension(
        view,
        extensionOids.authorityKeyIdentifier,
        readAuthorityKeyIdentifier,
      );
      const due =
        issuer?.subjectKeyIdentifier ??
        readExtension(view, extensionOids.subjectKeyIdentifier, readSubjectKeyIdentifier);
      return found !== null && due !== null && equalBytes(found, due)
        ? null
        : "authorityKeyIdentifier is absent, malformed, or not the issuer's subjectKeyIdentifier.";
    },
  },
  {
    code: "lint.subject-key-identifier-missing",
    clause: "RFC 5280 §4.2.1.2",
    check: (view, context) =>
      isAuthority(context) && findExtension(view, extensionOids.subjectKeyIdentifier) === null
        ? "An authority has no subjectKeyIdentifier."
        : null,
  },
  {
    code: "lint.subject-key-identifier",
    clause: "RFC 5280 §4.2.1.2, RFC 7093 §2",
    check: (view) => {
      const found = findExtension(view, extensionOids.subjectKeyIdentifier);
      if (found === null || parseProblem(() => readSpki(view.spkiDer)) !== null) return null;
      const value = readExtension(
        view,
        extensionOids.subjectKeyIdentifier,
        readSubjectKeyIdentifier,
      );
      return value !== null && equalBytes(value, subjectKeyIdentifier(view.spkiDer))
        ? null
        : "subjectKeyIdentifier is malformed or not that of the certified key.";
    },
  },
  {
    code: "lint.key-identifier-critical",
    clause: "RFC 5280 §4.2.1.1, §4.2.1.2",
    check: (view) => {
      const found = [extensionOids.authorityKeyIdentifier, extensionOids.subjectKeyIdentifier].some(
        (oid) => findExtension(view, oid)?.critical,
      );
      return found ? "A key identifier is critical; it must not be." : null;
    },
  },
];
