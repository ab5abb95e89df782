import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  exampleFiles,
  fitExample,
  type Snippet,
  type SnippetFacts,
} from "@/components/policies/snippets";

/** The shipped configurations for this service; one whose file is not there is left out. */
export async function loadSnippets(facts: SnippetFacts): Promise<Snippet[]> {
  const found = await Promise.all(
    exampleFiles.map(async (example) => {
      const text = await readFile(join(process.cwd(), example.file), "utf8").catch(() => null);
      return text === null ? null : { ...example, code: fitExample(text, facts) };
    }),
  );
  return found.filter((one) => one !== null);
}
