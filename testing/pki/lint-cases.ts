import type { LintCase } from "./lint-case";
import { extensionLintCases } from "./lint-cases-of-extensions";
import { fieldLintCases } from "./lint-cases-of-fields";

/** A case for every lint. */
export const lintCases: Readonly<Record<string, LintCase>> = {
  ...fieldLintCases,
  ...extensionLintCases,
};
