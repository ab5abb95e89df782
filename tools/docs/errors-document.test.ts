import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes, type ErrorCode } from "@/lib/errors/codes";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { chapters, renderErrorsDocument } from "./errors-document";

test("docs/errors.md is what the catalogue of error codes gives (npm run docs:errors writes it)", () => {
  expect(readFileSync(join(findRepoRoot(), "docs", "errors.md"), "utf8")).toBe(
    renderErrorsDocument(),
  );
});

test("every code of the catalogue is in one chapter and in no other", () => {
  const all = chapters.flatMap(({ codes }) => Object.keys(codes));
  expect(all.toSorted()).toEqual(Object.keys(errorCodes).toSorted());
});

test("every code says in one sentence when it occurs", () => {
  for (const [code, { text }] of Object.entries(errorCodes)) {
    expect(text, code).toMatch(/^[A-Z`].*[^.]\.$/);
    expect(text.match(/\. /g), code).toBeNull();
    expect(code, "noun.reason").toMatch(/^[a-z0-9-]+(?:\.[a-z0-9-]+)?$/);
  }
});

test("a code that the catalogue does not have does not compile", () => {
  // @ts-expect-error A typo.
  const typo: ErrorCode = "certificate.not-fuond";
  expect(Object.hasOwn(errorCodes, typo)).toBe(false);
});
