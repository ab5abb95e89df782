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

test("the database folds every letter of the basic plane as the console does", async () => {
  const letters = Array.from({ length: 0xd7ff }, (_none, at) => String.fromCharCode(at + 1));
  const { rows } = await harness.deps.db.pool.query<{ folded: string[] }>(
    "select array_agg(public.fold_text(letter) order by n) as folded from unnest($1::text[]) with ordinality as x (letter, n)",
    [letters],
  );
  const differ = letters.filter((letter, at) => rows[0]?.folded[at] !== foldText(letter));
  expect(differ).toEqual([]);
});
