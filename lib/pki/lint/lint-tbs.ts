import { isAppError, type Finding } from "@/lib/errors/app-error";
import { checkDer } from "@/lib/pki/check-der";
import { lints } from "@/lib/pki/lint/lints";
import type { LintContext } from "@/lib/pki/lint/lint";
import { readTbs } from "@/lib/pki/tbs";

/**
 * Holds a TBSCertificate against RFC 5280 and what the profile promised: every finding at once, each with its clause. Empty means
 * fit to be signed. Bytes that cannot be taken apart are one finding, `lint.der`.
 */
export function lintTbs(tbsDer: Uint8Array, context: LintContext): Finding[] {
  try {
    checkDer(tbsDer);
    const view = readTbs(tbsDer);
    return lints.flatMap((lint): Finding[] => {
      const message = lint.check(view, context);
      return message === null
        ? []
        : [
            {
              code: lint.code,
              message,
              clause: lint.clause,
              severity: lint.severity ?? "error",
              path: "tbs",
            },
          ];
    });
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [
      {
        code: "lint.der",
        message: error.message,
        clause: "X.690 §10, RFC 5280 §4.1",
        severity: "error",
        path: "tbs",
      },
    ];
  }
}
