import { expect, test } from "vitest";
import { UsageError } from "./command";
import { drill } from "./drill";

test.each([
  [["--entries", "9"], /10 to 50000/],
  [["--entries", "many"], /10 to 50000/],
  [["--entries", "50001"], /10 to 50000/],
  [["--force"], /Unknown option/],
  [["now"], /chancery drill \[--entries N\]/],
])("invalid usage is refused before a drill is requested: %j", async (args, message) => {
  const refusal: unknown = await drill.run(args).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UsageError);
  expect(String(refusal)).toMatch(message);
});
