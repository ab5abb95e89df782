import type { z } from "zod";
import { AppError, type Finding } from "@/lib/errors/app-error";

type Issue = z.core.$ZodIssue;

/** All that a schema found wrong, each with the path of its field; a field that does not exist is named. */
export function invalidInput(error: z.ZodError, place = "input"): AppError {
  const findings = error.issues.flatMap(findingsOf).slice(0, 50);
  const first = findings[0];
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  const where = first?.path ? `${first.path}: ` : "";
  return new AppError("request.invalid", `The ${place} is not as it should be. ${where}${first?.message ?? ""}${more}`, { findings });
}

function findingsOf(issue: Issue): Finding[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ code: "field.unknown", path: pathOf([...issue.path, key]), message: `There is no field "${cut(key)}" here. Leave it out, or correct its name.` }));
  }
  return [{ code: `field.${codeOf(issue)}`, path, message: `${issue.message}.`.replace(/\.\.$/, ".") }];
}

function codeOf(issue: Issue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "required";
  return issue.code === "custom" ? "invalid" : issue.code.replace(/^invalid_/, "").replaceAll("_", "-");
}

const cut = (text: string): string => (text.length > 64 ? `${text.slice(0, 63)}…` : text);
const pathOf = (path: readonly PropertyKey[]): string => path.map((step) => cut(String(step))).join(".");
