import { expect, test } from "vitest";
import { UsageError } from "./command";
import { drill } from "./drill";

test.each([
  [["--entries", "9"], /10 to 50000/],
  [["--entries", "many"], /10 to 50000/],
  [["--entries", "50001"], /10 to 50000/],
  [["--force"], /Unknown option/],
  [["now"], /chancery drill \[--entries N\]/],
])("wrong usage is refused before anything is asked: %j", async (args, words) => {
  const refusal: unknown = await drill.run(args).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UsageError);
  expect(String(refusal)).toMatch(words);
});
