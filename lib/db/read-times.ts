import pg from "pg";

const { TIMESTAMP, TIMESTAMPTZ } = pg.types.builtins;
/** The range of a JavaScript date (ECMA-262 section 21.4.1.1), in milliseconds since 1970. */
const furthestMs = 8.64e15;

/**
 * How connections read values: as pg does, but a time is always a Date. PostgreSQL has times that no
 * Date can be, `infinity` among them, which would be a number or an invalid Date: comparisons with
 * those are false or throw, and so one such value would hide what a verification compares it with.
 * They are the earliest or the latest Date.
 */
export const readTimesAsDates: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    (oid === TIMESTAMPTZ || oid === TIMESTAMP) && format !== "binary"
      ? readTime
      : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig["getTypeParser"],
};

const parse = pg.types.getTypeParser(TIMESTAMPTZ, "text") as (text: string) => Date | number;

function readTime(text: string): Date {
  const time = parse(text);
  if (time instanceof Date && !Number.isNaN(time.getTime())) return time;
  return new Date(text.startsWith("-") || text.endsWith(" BC") ? -furthestMs : furthestMs);
}
