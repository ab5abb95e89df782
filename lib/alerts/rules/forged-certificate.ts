import type { EntryFacts, EntryRule, Finding } from "@/lib/alerts/types";
import { addressText, networkSubject, onService } from "./text";

/** What the certificate claims about itself. It is not to be trusted. */
function claimed(facts: EntryFacts, key: "subject" | "issuer"): string {
  const all = facts.details["presented"];
  // Refusals that were counted list the certificates.
  const presented: unknown = Array.isArray(all) ? all[0] : all;
  const text =
    typeof presented === "object" && presented !== null
      ? (presented as Record<string, unknown>)[key]
      : null;
  return typeof text === "string" && text !== "" ? text.slice(0, 120) : "no name";
}

type ForgeryKind = Readonly<{
  severity: Finding["severity"];
  description: string;
  baseline: string;
}>;
const forgeryKinds: Readonly<Record<string, ForgeryKind>> = {
  "certificate.not-issued": {
    severity: "critical",
    description: "is signed with the key of one of your CAs but was never issued",
    baseline: "Every certificate that a CA signs is planned and recorded first.",
  },
  "certificate.forged": {
    severity: "high",
    description: "names one of your CAs as its issuer, but the signature is not from that CA",
    baseline: "Only the CA itself can sign in its name.",
  },
  "certificate.unknown-issuer": {
    severity: "medium",
    description: "was issued by an unknown CA",
    baseline: "Only certificates of your CAs are accepted.",
  },
};

/** A certificate is presented that none of the authorities issued. */
export const forgedCertificate: EntryRule = {
  name: "forged-certificate",
  title: "Foreign or forged certificate",
  severity: "critical",
  explanation:
    "A client presented a certificate that none of your CAs issued: from an unknown issuer (medium), in the name of one of your CAs with an invalid signature (high), or validly signed with a CA key but never issued (critical: someone else has that key).",
  quietBecause:
    "Healthy clients never present such certificates. Foreign and forged certificates are grouped into one alert per network, no matter how many different ones are presented.",
  values: [],
  evaluate: (facts) => {
    const kind = forgeryKinds[facts.code ?? ""];
    if (kind === undefined) return null;
    const subject =
      facts.code === "certificate.not-issued" && facts.fingerprint !== null
        ? { kind: "fingerprint", id: facts.fingerprint, label: claimed(facts, "subject") }
        : networkSubject(facts);
    return {
      subject,
      severity: kind.severity,
      baseline: kind.baseline,
      summary: `A certificate presented from ${addressText(facts)}${onService(facts)} ${kind.description}. It claims to be ${claimed(facts, "subject")}, issued by ${claimed(facts, "issuer")}.`,
      surprise: `${claimed(facts, "subject")} issued by ${claimed(facts, "issuer")}, from ${addressText(facts)}.`,
    };
  },
};
