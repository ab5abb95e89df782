import type { EntryRule, Subject } from "@/lib/alerts/types";
import { countWords } from "./words";

export const logSubject: Subject = { kind: "log", id: "log", label: "the log" };

/** The log was altered, or cannot be shown not to have been. */
export const verificationFailed: EntryRule = {
  name: "verification-failed",
  title: "The log does not verify",
  severity: "critical",
  explanation:
    "A verification of the log found something that does not fit, or the log was halted because it contradicts what was signed before. Until that is explained, nothing that it says can be relied on.",
  quietBecause: "Verification computes; a log that nobody altered verifies.",
  values: [],
  find: ({ action, details }) => {
    if (action === "log.halted") {
      return {
        subject: logSubject,
        severity: "critical",
        summary: "The log was halted: what the database holds contradicts what was signed.",
        surprise: `${String(details["rememberedSize"])} entries were signed, ${String(details["foundSize"])} were found.`,
        baseline: "The log only ever grows.",
      };
    }
    const problems =
      action === "verification.finished" && Array.isArray(details["problems"])
        ? details["problems"].map(String)
        : [];
    if (problems.length === 0) return null;
    return {
      subject: logSubject,
      severity: "critical",
      summary: `Verifying the log found ${countWords(problems.length, "problem")}: ${problems[0] ?? ""}`,
      surprise: problems.slice(0, 3).join(" "),
      baseline: "Every verification finds nothing.",
    };
  },
};
