import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { checkDer } from "@/lib/pki/check-der";
import { readTbs, type TbsView } from "@/lib/pki/tbs";
import type { LintContext } from "./lint";
import { lints } from "./lints";

/**
 * Checks a TBSCertificate against RFC 5280 and the profile. Returns all findings, each with its
 * clause; empty means that it may be signed. Bytes that cannot be parsed are one finding,
 * `lint.der`.
 */
export function lintTbs(tbsDer: Uint8Array, context: LintContext): Finding[] {
  return lintView(() => readTbs(tbsDer), tbsDer, context);
}

/** The same for bytes that were read already. */
export const lintReadTbs = (view: TbsView, context: LintContext): Finding[] =>
  lintView(() => view, view.tbsDer, context);

function lintView(viewOf: () => TbsView, tbsDer: Uint8Array, context: LintContext): Finding[] {
  try {
    checkDer(tbsDer);
    const view = viewOf();
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
