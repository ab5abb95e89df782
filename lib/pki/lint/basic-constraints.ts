import { extensionOids } from "@/lib/pki/oids";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import { readBasicConstraints } from "./readers";

export const basicConstraintsLints: readonly Lint[] = [
  {
    code: "lint.basic-constraints-form",
    clause: "RFC 5280 §4.2.1.9, X.690 §11.5",
    check: (view) => {
      const found = findExtension(view, extensionOids.basicConstraints);
      return found === null ? null : parseProblem(() => readBasicConstraints(found.value));
    },
  },
  {
    code: "lint.basic-constraints-critical",
    clause: "RFC 5280 §4.2.1.9",
    check: (view, context) =>
      isAuthority(context) &&
      findExtension(view, extensionOids.basicConstraints)?.critical === false
        ? "basicConstraints of an authority are not critical."
        : null,
  },
  {
    code: "lint.basic-constraints-authority",
    clause: "RFC 5280 §4.2.1.9",
    check: (view, context) => {
      const isCa =
        readExtension(view, extensionOids.basicConstraints, readBasicConstraints)?.isCa ?? false;
      if (isCa === isAuthority(context)) return null;
      return isCa
        ? "cA is TRUE in a certificate that is not a CA's."
        : "cA is not TRUE in the certificate of an authority.";
    },
  },
  {
    code: "lint.path-length-without-authority",
    clause: "RFC 5280 §4.2.1.9",
    check: (view) => {
      const found = readExtension(view, extensionOids.basicConstraints, readBasicConstraints);
      return found !== null && !found.isCa && found.pathLength !== null
        ? "pathLenConstraint is set without cA."
        : null;
    },
  },
  {
    code: "lint.path-length-of-issuer",
    clause: "RFC 5280 §4.2.1.9, §6.1.4",
    check: (view, context) => {
      const above = context.issuer?.pathLength ?? null;
      if (above === null || !isAuthority(context)) return null;
      const own =
        readExtension(view, extensionOids.basicConstraints, readBasicConstraints)?.pathLength ??
        null;
      if (above === 0) return "The issuer's pathLenConstraint is 0: it may not issue authorities.";
      return own !== null && own >= above
        ? `pathLenConstraint ${own} is not below the issuer's ${above}.`
        : null;
    },
  },
];
