import { expect, test } from "vitest";
import { makeCheck } from "@/lib/log/reconcile/check";
import { makeClockCheck } from "./check-clocks";

const minute = 60_000;
const start = Date.parse("2026-11-30T08:00:00Z");
type Step = readonly ["entry", ts: number, numbered: number] | readonly ["checkpoint", at: number];

/** What is found in a log, in minutes after its start. */
function found(...steps: readonly Step[]): readonly string[] {
  const clocks = makeCheck();
  const check = makeClockCheck({ clocks });
  const at = (minutes: number): number => start + minutes * minute;
  let size = 0;
  for (const step of steps)
    if (step[0] === "entry") {
      check.add({ seq: size, ts: at(step[1]), sequencedAt: at(step[2]) });
      size += 1;
    } else
      check.addCheckpoint({
        size,
        signedAt: at(step[1]),
        publishedAt: at(step[1]),
        cosignedAt: [],
      });
  check.finish();
  return clocks.result().problems;
}

test("what waited for its number while nothing was numbered raises nothing, though a checkpoint came first", () => {
  const stopped: Step[] = [
    ["entry", 0, 0],
    ["checkpoint", 0],
    ["entry", 1, 1],
  ];
  // After the restart, what was numbered is signed first; then the others get their numbers.
  const restarted: Step[] = [
    ["checkpoint", 60],
    ["entry", 1, 60],
    ["entry", 1, 60.01],
    ["entry", 30, 60.02],
    ["entry", 60.03, 60.03],
    ["checkpoint", 60.04],
  ];
  expect(found(...stopped, ...restarted)).toEqual([]);
});

test("an entry that is dated before a checkpoint without it is named, if numbers were given all the time", () => {
  expect(
    found(
      ["entry", 0, 0],
      ["checkpoint", 0],
      ["entry", 0.5, 8],
      ["entry", 0.5, 16],
      ["checkpoint", 24],
      ["entry", 1, 30],
    ),
  ).toEqual([
    expect.stringMatching(
      /^Entry 3 is dated before the checkpoint of 3, which doesn't cover it, by/,
    ),
  ]);
});

test("an entry that is dated before an earlier one is named, also after a restart", () => {
  expect(
    found(["entry", 60, 60], ["checkpoint", 60], ["checkpoint", 120], ["entry", 0, 120.1]),
  ).toEqual([
    expect.stringMatching(/^Entry 1 is dated before an earlier entry, by up to 1 hour/),
    expect.stringMatching(/^Entry 1 is dated before the checkpoint of 1, which doesn't cover it/),
  ]);
});

test("a checkpoint that was signed before what it covers is named", () => {
  expect(found(["entry", 60, 60], ["checkpoint", 0])).toEqual([
    expect.stringMatching(
      /^The checkpoint of 1 entry was signed at .*, before an entry that it covers/,
    ),
    expect.stringMatching(/before an entry that it covers was numbered/),
  ]);
});
