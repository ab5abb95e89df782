import type { EntryRule } from "@/lib/alerts/types";
import { addressText } from "./text";

/** Someone uses an enrollment secret that somebody has used up, or that was revoked. */
export const enrollmentSecretReused: EntryRule = {
  name: "enrollment-secret-reused",
  title: "Used enrollment secret tried again",
  severity: "high",
  explanation:
    "An enrollment secret was used again after its last use, or after it was revoked, and the request was denied. Two machines have the same secret. If the wrong one was first, it has a certificate of the identity: compare the addresses of both, and revoke the certificate if they don’t match.",
  quietBecause:
    "A secret has as many uses as machines get it. A client that repeats a request because the answer was lost raises it too: check that both requests came from the same address.",
  values: [],
  evaluate: (facts) => {
    const { action, code, target } = facts;
    if (action !== "enrollment-secret.refused" || target === null) return null;
    const isRevoked = code === "enrollment.secret-revoked";
    if (code !== "enrollment.secret-spent" && !isRevoked) return null;
    const state = isRevoked ? "revoked" : "used up";
    return {
      subject: { kind: target.kind, id: target.id, label: target.label },
      severity: "high",
      summary: `An enrollment secret of ${target.label} that is ${state} was used from ${addressText(facts)}.`,
      surprise: `Used from ${addressText(facts)} although it is ${state}.`,
      baseline: "Each use of a secret gets one certificate, and there is none left.",
    };
  },
};
