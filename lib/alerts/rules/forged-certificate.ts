import type { EntryRule, Facts, Finding } from "@/lib/alerts/types";
import { from, networkSubject, onWhat } from "./words";

function claimed(facts: Facts, key: "subject" | "issuer"): string {
  const presented = facts.details["presented"],
    said =
      typeof presented === "object" && presented !== null
        ? (presented as Record<string, unknown>)[key]
        : null;
  return typeof said === "string" && said !== "" ? said.slice(0, 120) : "no name";
}

type Said = Readonly<{ severity: Finding["severity"]; what: string; baseline: string }>;
const cases: Readonly<Record<string, Said>> = {
  "certificate.not-issued": {
    severity: "critical",
    what: "is signed with the key of an authority of yours, and was never issued",
    baseline: "Every certificate that an authority signs is planned and recorded first.",
  },
  "certificate.forged": {
    severity: "high",
    what: "names an authority of yours as issuer, and its signature is not of that authority",
    baseline: "Nobody but the authority can sign in its name.",
  },
  "certificate.unknown-issuer": {
    severity: "medium",
    what: "comes from an issuer that is not known here",
    baseline: "Only certificates of your own authorities count.",
  },
};

/** Somebody shows what no authority of ours has issued. */
export const forgedCertificate: EntryRule = {
  name: "forged-certificate",
  title: "Foreign or forged certificate",
  severity: "critical",
  explanation:
    "A certificate was shown that no authority of yours has issued: from a foreign issuer (medium), in the name of one of yours with a wrong signature (high), or rightly signed with an authority's key without ever having been issued (critical: that key is in somebody's hands).",
  quietBecause:
    "Healthy clients never show such certificates. Foreign and forged ones are one alert for each network they come from, however many different ones somebody makes up.",
  values: [],
  find: (facts) => {
    const said = cases[facts.code ?? ""];
    if (said === undefined) return null;
    const subject =
      facts.code === "certificate.not-issued" && facts.fingerprint !== null
        ? { kind: "fingerprint", id: facts.fingerprint, label: claimed(facts, "subject") }
        : networkSubject(facts);
    return {
      subject,
      severity: said.severity,
      baseline: said.baseline,
      summary: `A certificate shown from ${from(facts)}${onWhat(facts)} ${said.what}: it says ${claimed(facts, "subject")}, issued by ${claimed(facts, "issuer")}.`,
      surprise: `${claimed(facts, "subject")} of ${claimed(facts, "issuer")}, from ${from(facts)}.`,
    };
  },
};
