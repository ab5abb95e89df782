import pg from "pg";
import { describe, expect, test } from "vitest";
import { readTimesAsDates } from "./read-times";

const { TIMESTAMP, TIMESTAMPTZ, INT8 } = pg.types.builtins;
const read = (text: string): unknown => readTimesAsDates.getTypeParser(TIMESTAMPTZ, "text")(text);

describe("a time that a connection reads", () => {
  test.each([
    ["2026-12-01 12:00:00.123+00", "2026-12-01T12:00:00.123Z"],
    ["2026-12-01 13:00:00+01", "2026-12-01T12:00:00.000Z"],
    ["infinity", "+275760-09-13T00:00:00.000Z"],
    ["-infinity", "-271821-04-20T00:00:00.000Z"],
    ["294276-12-31 23:59:59+00", "+275760-09-13T00:00:00.000Z"],
  ])("%s is the Date %s", (text, iso) => {
    expect((read(text) as Date).toISOString()).toBe(iso);
  });

  test("is a Date before the year 1 as well", () => {
    expect((read("4713-01-01 00:00:00+00 BC") as Date).getTime()).toBeLessThan(-2e14);
  });

  test("without a zone is as pg reads it", () => {
    const text = "2026-12-01 12:00:00";
    const plain = pg.types.getTypeParser(TIMESTAMP, "text")(text);
    expect(readTimesAsDates.getTypeParser(TIMESTAMP, "text")(text)).toEqual(plain);
  });
});

test("values of other types are read as pg reads them", () => {
  expect(readTimesAsDates.getTypeParser(INT8, "text")).toBe(pg.types.getTypeParser(INT8, "text"));
});
