import type { z } from "zod";

/** Deeper than that nothing is nested that people read. */
const maxDepth = 8,
  maxLength = 4_000,
  maxNameLength = 200,
  maxFindings = 10;
const control = /\p{Cc}|\p{Surrogate}/u;

type Step = Readonly<{ value: unknown; path: readonly (string | number)[] }>;

/**
 * Refuses what the log could keep only by changing it: texts that would be cut, numbers that lost
 * digits, names that are none. Without recursion.
 */
export function checkData(data: unknown, context: z.core.$RefinementCtx): void {
  const steps: Step[] = [{ value: data, path: [] }];
  let found = 0;
  for (let step = steps.pop(); step !== undefined && found < maxFindings; step = steps.pop()) {
    const message = problemWith(step);
    if (message !== null) {
      context.addIssue({ code: "custom", path: [...step.path], message });
      found += 1;
    } else if (typeof step.value === "object" && step.value !== null) {
      const { value, path } = step,
        isList = Array.isArray(value);
      for (const [name, member] of Object.entries(value))
        steps.push({ value: member, path: [...path, isList ? Number(name) : name] });
    }
  }
}

function problemWith({ value, path }: Step): string | null {
  const name = path.at(-1);
  if (typeof name === "string") {
    if (name.length === 0 || name.length > maxNameLength)
      return `The name of a member has 1 to ${maxNameLength} characters.`;
    if (control.test(name)) return "The name of a member holds no control characters.";
  }
  if (typeof value === "string")
    return value.length > maxLength
      ? `It has ${value.length} characters; at most ${maxLength} are kept whole.`
      : null;
  if (typeof value === "number") return problemWithNumber(value);
  return typeof value === "object" && path.length >= maxDepth
    ? `It is nested deeper than ${maxDepth} levels.`
    : null;
}

function problemWithNumber(value: number): string | null {
  if (!Number.isFinite(value)) return "It is larger than a number can be. Write it as text.";
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? "It is a whole number beyond 2^53, of which the last digits get lost. Write it as text."
    : null;
}
