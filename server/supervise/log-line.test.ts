import { expect, test } from "vitest";
import { readableLine } from "./log-line";

test.each([
  ["plain words", "plain words"],
  ["{not json", "{not json"],
  ['{"a":1}', '{"a":1}'],
  [
    '{"level":30,"time":1,"pid":2,"hostname":"h","msg":"listening","port":3000}',
    "listening  port=3000",
  ],
  [
    '{"level":50,"msg":"failed","code":"E1","more":{"a":[1]}}',
    'error: failed  code=E1  more={"a":[1]}',
  ],
])("%s reads as %s", (line, expected) => {
  expect(readableLine(line)).toBe(expected);
});
