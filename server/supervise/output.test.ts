import { describe, expect, test } from "vitest";
import { makeOutput } from "./output";

const at = "2026-11-29T05:00:00.123Z";
function printed(
  line: string,
  options: Readonly<{ format?: "text" | "json"; frames?: boolean }> = {},
): string {
  let text = "";
  makeOutput((written) => (text += written), { ...options, now: () => new Date(at) }).print(
    "gateway",
    line,
  );
  return text;
}

describe("a line of output has the time, its level and its process", () => {
  test.each([
    ["listening", `${at} info  gateway  | listening\n`],
    ["warning: the disk is full", `${at} warn  gateway  | the disk is full\n`],
    ["warn: late", `${at} warn  gateway  | late\n`],
    ["error: no database", `${at} error gateway  | no database\n`],
    ["fatal: out of memory", `${at} error gateway  | out of memory\n`],
    ["debug: asked", `${at} debug gateway  | asked\n`],
    ["2026-11-29 UTC [12] FATAL:  the lock file is there", "error"],
    ["2026-11-29 UTC [12] WARNING:  soon full", "warn"],
    ["an error: of another program", "info"],
  ])("%s", (line, expected) => {
    expect(printed(line)).toContain(expected);
  });
});

test("an error is one line: the frames of its stack are left out, unless they are asked for", () => {
  expect(printed("    at run (/srv/chancery/dist/gateway.mjs:1:2)")).toBe("");
  expect(printed("    at run (file:1:2)", { frames: true })).toContain("at run");
  expect(printed("")).toBe("");
});

test("as JSON each line is one object, whatever the message contains", () => {
  const line = printed('error: a "quoted" message\u2028', { format: "json" });
  expect(line.endsWith("\n")).toBe(true);
  expect(JSON.parse(line)).toEqual({
    time: at,
    level: "error",
    process: "gateway",
    message: 'a "quoted" message\u2028',
  });
});
