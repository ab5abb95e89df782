import { expect, test } from "vitest";
import { nextVerificationAt } from "./verifications";

const at = (text: string): number => Date.parse(text);
test.each([
  ["a fresh log waits for its first night", "10:00 of 2026-11-23", null, "2026-11-24T02:30:00Z"],
  [
    "the last night was verified",
    "10:00 of 2026-11-23",
    "2026-11-23T02:30:04Z",
    "2026-11-24T02:30:00Z",
  ],
  [
    "the last night was missed",
    "10:00 of 2026-11-23",
    "2026-11-22T02:30:04Z",
    "2026-11-23T02:30:00Z",
  ],
  [
    "a user started one the evening before",
    "03:00 of 2026-11-23",
    "2026-11-22T22:00:00Z",
    "2026-11-23T02:30:00Z",
  ],
  ["before tonight's time", "01:00 of 2026-11-23", "2026-11-22T02:30:00Z", "2026-11-23T02:30:00Z"],
  [
    "three nights were missed",
    "01:00 of 2026-11-23",
    "2026-11-19T02:30:00Z",
    "2026-11-22T02:30:00Z",
  ],
])("%s", (_, now, lastBegan, due) => {
  const [time = "", day = ""] = now.split(" of ");
  expect(
    new Date(
      nextVerificationAt("02:30", at(`${day}T${time}:00Z`), {
        lastBegan: lastBegan === null ? null : at(lastBegan),
        since: at("2026-11-23T09:00:00Z"),
      }),
    ).toISOString(),
  ).toBe(new Date(at(due)).toISOString());
});
