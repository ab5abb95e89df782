import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  exampleFiles,
  fitExample,
  type Snippet,
  type SnippetFacts,
} from "@/components/policies/snippets";

/** The example configurations for this service; one whose file is missing is left out. */
export async function loadSnippets(facts: SnippetFacts): Promise<Snippet[]> {
  const root = process.env["CHANCERY_ROOT"] ?? process.cwd();
  const snippets = await Promise.all(
    exampleFiles.map(async (example) => {
      const text = await readFile(join(root, example.file), "utf8").catch(() => null);
      return text === null ? null : { ...example, code: fitExample(text, facts) };
    }),
  );
  return snippets.filter((one) => one !== null);
}
