import type { EntryRule, Subject } from "@/lib/alerts/types";
import { countText } from "./text";

export const logSubject: Subject = { kind: "log", id: "log", label: "the log" };

/** The log was altered, or its integrity can't be shown. */
export const verificationFailed: EntryRule = {
  name: "verification-failed",
  title: "Log verification failed",
  severity: "critical",
  explanation:
    "A verification of the log found a problem, or the log was halted because it contradicts what was signed before. Don't rely on the log until this is explained.",
  quietBecause: "Verification is a computation: a log that was not altered always verifies.",
  values: [],
  evaluate: ({ action, details }) => {
    if (action === "log.halted") {
      return {
        subject: logSubject,
        severity: "critical",
        summary: "The log was halted because the database contradicts what was signed.",
        surprise: `${String(details["rememberedSize"])} entries were signed, ${String(details["foundSize"])} were found.`,
        baseline: "The log is append-only.",
      };
    }
    if (action !== "verification.finished" || !Array.isArray(details["problems"])) return null;
    const problems = details["problems"].map(String);
    if (problems.length === 0) return null;
    return {
      subject: logSubject,
      severity: "critical",
      summary: `Verifying the log found ${countText(problems.length, "problem")}: ${problems[0] ?? ""}`,
      surprise: problems.slice(0, 3).join(" "),
      baseline: "Verification finds no problems.",
    };
  },
};
