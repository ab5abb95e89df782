import { readSigningAlgorithm } from "@/lib/pki/algorithms";
import { equalBytes } from "@/lib/pki/der";
import { signatureAlgorithmOf } from "@/lib/pki/keys";
import { parseProblem, type Lint } from "./lint";
import { readSpki } from "./readers";

/** Issuer bytes, signature algorithm, public key. */
export const issuerLints: readonly Lint[] = [
  {
    code: "lint.issuer-bytes",
    clause: "RFC 5280 §4.1.2.4, §7.1",
    check: ({ issuerDer, subjectDer }, { issuer }) =>
      equalBytes(issuerDer, issuer?.subjectDer ?? subjectDer)
        ? null
        : "The issuer is not, byte for byte, the subject of the authority that signs.",
  },
  {
    code: "lint.algorithm",
    clause: "RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3",
    check: ({ algorithmDer }) =>
      readSigningAlgorithm(algorithmDer) === null
        ? "The signature algorithm is not one of this authority in its exact form (RSA with NULL, ECDSA and Ed25519 without parameters)."
        : null,
  },
  {
    code: "lint.algorithm-of-issuer",
    clause: "RFC 5280 §4.1.1.2",
    check: ({ algorithmDer, spkiDer }, { issuer }) => {
      const named = readSigningAlgorithm(algorithmDer);
      if (named === null || parseProblem(() => readSpki(spkiDer)) !== null) return null;
      const due = issuer?.signatureAlgorithm ?? signatureAlgorithmOf(spkiDer);
      return named === due
        ? null
        : `The signature algorithm is ${named}; the authority's key signs with ${due ?? "none that is allowed"}.`;
    },
  },
  {
    code: "lint.key",
    clause: "RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480 §2",
    check: ({ spkiDer }) => parseProblem(() => readSpki(spkiDer)),
  },
];
