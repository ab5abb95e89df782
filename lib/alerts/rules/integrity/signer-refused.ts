import type { EntryRule } from "@/lib/alerts/types";

/** Also what a recovery meets that begins long after its plan: the entry is enough. */
const duringOutages: ReadonlySet<string> = new Set(["signer.lifetime", "signer.name-not-held"]);

/** The signer refused what a sound gateway never asks for. */
export const signerRefused: EntryRule = {
  name: "signer-refused",
  title: "Signer refused a request",
  severity: "high",
  explanation:
    "The signer was asked to sign something that its own rules forbid: beyond the ceiling of a CA, against the profile, or not as recorded. The gateway checks the same rules before it asks, so another program speaks to the signer, or someone changed the database.",
  quietBecause:
    "Requests of users that break a rule are refused before they reach the signer, and are no alert.",
  values: [],
  evaluate: ({ action, details, target, reason }) => {
    if (action !== "signer.refused" || duringOutages.has(String(details["code"]))) return null;
    const count = Number(details["count"]);
    return {
      subject: { kind: "source", id: "signer", label: "Signer" },
      severity: "high",
      summary: `The signer refused ${count === 1 ? "a request" : `${count} requests`} (${String(details["code"])})${target === null ? "" : ` for ${target.id}`}.`,
      surprise: (reason ?? "").slice(0, 500),
      baseline: "The gateway never asks for what the signer refuses.",
    };
  },
};
