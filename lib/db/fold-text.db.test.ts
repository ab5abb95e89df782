import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { foldText } from "@/lib/format/fold-text";

let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness.close();
});

test("the database folds every letter of the basic plane but those of a growing block as the console does", async () => {
  // Unicode adds letters to the block Latin Extended-D, and server and runtime follow at their times.
  const letters = Array.from({ length: 0xd7ff }, (_none, at) => String.fromCharCode(at + 1)).filter(
    (letter) => letter < "\uA720" || letter > "\uA7FF",
  );
  const { rows } = await harness.deps.db.pool.query<{ folded: string[] }>(
    "select array_agg(tlog.fold_text(letter) order by n) as folded from unnest($1::text[]) with ordinality as x (letter, n)",
    [letters],
  );
  const differ = letters.filter((letter, at) => rows[0]?.folded[at] !== foldText(letter));
  expect(differ).toEqual([]);
});
