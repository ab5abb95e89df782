import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { logReaders } from "./readers";

/** Statements that return the bytes of entries. */
const readsBytes =
  /(?:\bentry\b|storedColumns)[^`"]*?\bfrom\b[^`"]*?\btlog\.(?:entry\b|find_entries|inbox_about)|tlog\.entry e\b[^`"]*/s;
const returnsBytes = /entry: (?:Buffer|Uint8Array)|StoredRow|pageQuery|"entry"/;
const code = globSync(["lib/**/*.ts", "server/**/*.ts", "app/**/*.{ts,tsx}", "cli/**/*.ts"]).filter(
  (path) => !/\.test\.ts$|\/generated\/|^server\/drill\//.test(path),
);
const textOf = (path: string): string => readFileSync(path, "utf8");
const listed: ReadonlySet<string> = new Set(
  Object.values(logReaders).flatMap(({ files }): readonly string[] => files),
);
/** Where entries are read without `readEntry`, because nothing looks at what they say. */
const opaque: ReadonlySet<string> = new Set([
  "lib/log/tree/tile-reader.ts",
  "lib/log/publish/log-repository.ts",
  "lib/log/export/read-pages.ts",
  "lib/log/search/search-entries.ts",
  "lib/log/segments/find-rows.ts",
  // Derives what a search finds from whatever the bytes hold, by lib/log/pure/search-tokens.
  "lib/log/segments/read-texts.ts",
  "lib/custody/list-timeline.ts",
  "lib/alerts/alert-repository.ts",
  "lib/overview/overview-repository.ts",
  "server/signer/read-stored-plans.ts",
]);

describe("every reader of the log", () => {
  test("is in the list", () => {
    const found = code.filter((path) => {
      const text = textOf(path);
      return readsBytes.test(text) && returnsBytes.test(text);
    });
    expect(found.filter((path) => !listed.has(path))).toEqual([]);
  });

  test("is there, and reads entries with readEntry or not at all", () => {
    for (const path of listed) {
      const text = textOf(path);
      expect([path, /\breadEntry\b/.test(text)]).toEqual([path, !opaque.has(path)]);
      expect([path, /JSON\.parse\([^)]*(?:entry|bytes|row)/i.test(text)]).toEqual([path, false]);
    }
  });
});
