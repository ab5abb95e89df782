import { findConstraintViolations, readNameConstraints } from "@/lib/pki/name-constraints";
import { extensionOids } from "@/lib/pki/oids";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import { readAttributes, readGeneralNames } from "./readers";

export const nameConstraintsLints: readonly Lint[] = [
  {
    code: "lint.name-constraints-form",
    clause: "RFC 5280 §4.2.1.10",
    check: (view) => {
      const found = findExtension(view, extensionOids.nameConstraints);
      return found === null ? null : parseProblem(() => readNameConstraints(found.value));
    },
  },
  {
    code: "lint.name-constraints-critical",
    clause: "RFC 5280 §4.2.1.10",
    check: (view) =>
      findExtension(view, extensionOids.nameConstraints)?.critical === false
        ? "nameConstraints are not critical."
        : null,
  },
  {
    code: "lint.name-constraints-leaf",
    clause: "RFC 5280 §4.2.1.10",
    check: (view, context) =>
      !isAuthority(context) && findExtension(view, extensionOids.nameConstraints) !== null
        ? "nameConstraints are in a certificate that is not a CA's."
        : null,
  },
  {
    code: "lint.name-constraints-of-issuer",
    clause: "RFC 5280 §4.2.1.10, §6.1.4",
    check: (view, { issuer }) => {
      const constraints = issuer?.nameConstraintsDer ?? null;
      if (constraints === null || parseProblem(() => readAttributes(view.subjectDer)) !== null)
        return null;
      const names = readExtension(view, extensionOids.subjectAltName, readGeneralNames) ?? [];
      const sans = names.flatMap(({ type, text }) =>
        type === null ? [] : [{ type, value: text }],
      );
      const violations = findConstraintViolations(readNameConstraints(constraints), {
        sans,
        subjectDer: view.subjectDer,
      });
      return violations.length === 0
        ? null
        : `The issuer's name constraints forbid it: ${violations.join("; ")}.`;
    },
  },
];
