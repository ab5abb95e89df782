import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { glossary } from "./glossary";

/** The meaning of each term of the document. */
const meanings = new Map(
  readFileSync(join(import.meta.dirname, "../../docs/glossary.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| (?!Term|-|Write)/.test(line))
    .flatMap((line) => {
      const [, terms = "", meaning = ""] = line.split("|").map((cell) => cell.trim());
      return terms.split(", ").map((term) => [term, meaning.replaceAll("`", "")] as const);
    }),
);

test.each(Object.entries(glossary))(
  "what a form says about the word %s is what the glossary says",
  (word, meaning) => {
    expect(meanings.get(word)?.split(". ")[0]).toBe(meaning);
  },
);
