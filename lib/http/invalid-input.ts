import type { z } from "zod";
import { AppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";

type Issue = z.core.$ZodIssue;

/**
 * Checks an input by its schema. Throws `request.invalid` with all that is wrong; `place` says
 * where it came from (body, query, path, form). Text that no database can hold (NUL, half of a
 * surrogate pair) is rejected in every field.
 */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: string,
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(parsed.error, place);
  const findings = findUnstorable(parsed.data, []);
  if (findings.length > 0) throw refusal(findings, place);
  return parsed.data;
}

const unstorable = /\0|\p{Surrogate}/u;

function findUnstorable(value: unknown, path: readonly PropertyKey[]): Finding[] {
  if (typeof value === "string") {
    return unstorable.test(value)
      ? [
          {
            code: "field.text",
            path: pathOf(path),
            message: "It holds a NUL or half of a surrogate pair, which is not text. Remove it.",
          },
        ]
      : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => findUnstorable(member, [...path, name]));
}

/**
 * All that a schema found wrong, each with the path of its field; a field that does not exist is
 * named.
 */
function invalidInput(error: z.ZodError, place: string): AppError {
  return refusal(error.issues.flatMap(findingsOf).slice(0, 50), place);
}

function refusal(findings: readonly Finding[], place: string): AppError {
  const first = findings[0];
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  const where = first?.path ? `${first.path}: ` : "";
  return new AppError(
    "request.invalid",
    `The ${place} is invalid. ${where}${first?.message ?? ""}${more}`,
    { findings },
  );
}

function findingsOf(issue: Issue): Finding[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "field.unknown",
      path: pathOf([...issue.path, key]),
      message: `There is no field "${cut(key)}" here. Leave it out, or correct its name.`,
    }));
  }
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return [
      {
        code: "field.required",
        path,
        message: `It is missing: give ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}.`,
      },
    ];
  }
  const code =
    issue.code === "custom" ? "invalid" : issue.code.replace(/^invalid_/, "").replaceAll("_", "-");
  return [{ code: `field.${code}`, path, message: plainMessage(issue) }];
}

/** What the schema library says by itself, in the words of the rest of the messages. */
function plainMessage({ message }: Issue): string {
  const options = /^Invalid option: expected one of (.+)$/.exec(message)?.[1];
  if (options !== undefined) return `Use one of ${options.replaceAll("|", ", ")}.`;
  const [, size, what, bound, unit] =
    /^Too (big|small): expected (\w+) to (?:be|have) [<>]=?(-?\d+)(?: (\w+))?$/.exec(message) ?? [];
  if (bound === undefined) return `${message}.`.replace(/\.\.$/, ".");
  const least = size === "big" ? "most" : "least";
  const count = unit === undefined ? bound : `${bound} ${unit}`;
  return what === "array" ? `Send at ${least} ${count}.` : `Use at ${least} ${count}.`;
}

const cut = (text: string): string => (text.length > 64 ? `${text.slice(0, 63)}…` : text);
const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => cut(String(step))).join(".");
