import { z } from "zod";
import { maskSecrets } from "./mask-secrets";

/** Blank letters and marks: not seen, although Unicode counts them as visible. */
const blank = String.raw`\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800`;
/** Unassigned characters as well, of which no one knows how they will look. */
const hiddenInName = new RegExp(String.raw`[\p{C}${blank}]`, "u");
/** Emoji and some scripts need joiners and variation selectors. */
const hiddenInText = new RegExp(
  String.raw`(?![\u200c\u200d\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}${blank}]`,
  "u",
);
const lineBreaks = /[\t\r\n]/g;
const hiddenAnywhere = new RegExp(hiddenInName.source, "gu");

/**
 * A value as one line of a terminal, whoever wrote it: what is not seen, such as the control
 * characters that move the cursor, becomes `?`, and runs of spaces become one.
 */
export const visibleLine = (text: string): string =>
  text.replaceAll(hiddenAnywhere, "?").replaceAll(/\s+/gu, " ");

const described = (hidden: string): string => {
  const code = hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0") ?? "";
  return `Remove the control or invisible character U+${code}. It could make the text look like another one.`;
};

/**
 * What is wrong with a name, which people compare with others; null if it is what it looks like.
 */
function problemWithLabel(text: string): string | null {
  const [hidden] = hiddenInName.exec(text) ?? [];
  return hidden === undefined ? secretProblem(text) : described(hidden);
}

/** The same for a text of several lines. */
export function problemWithText(text: string): string | null {
  const [hidden] = hiddenInText.exec(text.replaceAll(lineBreaks, " ")) ?? [];
  return hidden === undefined ? secretProblem(text) : described(hidden);
}

/** The same for one line of text that a service reports, in any script. */
export function problemWithLine(text: string): string | null {
  const [hidden] = hiddenInText.exec(text) ?? [];
  return hidden === undefined ? null : described(hidden);
}

const secretProblem = (text: string): string | null =>
  maskSecrets(text) === text
    ? null
    : "This looks like a secret, such as an API token. It would be recorded in the audit log.";

const check =
  (problemWith: (text: string) => string | null) =>
  (text: string, context: z.core.$RefinementCtx<string>): void => {
    const message = problemWith(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  };
const atMost = (most: number): string => `At most ${most.toLocaleString("en")} characters.`;

/**
 * A name or label of one line. What is not seen is refused: direction marks, zero-width, control
 * and blank characters make two names look alike, or one read as another.
 */
export const label = (most: number, ifEmpty = "Enter a name.", ifLong = atMost(most)) =>
  z.string().trim().min(1, ifEmpty).max(most, ifLong).superRefine(check(problemWithLabel));

/** The same, which may be empty. */
export const optionalLabel = (most: number) =>
  z.string().trim().max(most, atMost(most)).superRefine(check(problemWithLabel));

/** A note, description or comment: several lines, and what emoji and all scripts need. */
export const note = (most: number, least = 0, ifShort?: string) =>
  z.string().trim().min(least, ifShort).max(most, atMost(most)).superRefine(check(problemWithText));
