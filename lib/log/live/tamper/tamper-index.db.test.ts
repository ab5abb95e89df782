import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";

let log: TamperLog;
beforeAll(async () => {
  log = await openTamperLog();
}, 300_000);
afterAll(() => log.harness.close());

const last = "first = (select max(first) from tlog.page_fresh)";
const lastTwo = "first in (select first from tlog.page_fresh order by first desc limit 2)";
const flip = `update tlog.page_fresh set body = set_byte(body, 4, get_byte(body, 4) # 1) where ${last}`;
const swap = `update tlog.page_fresh p set body = (select body from tlog.page_fresh q where q.segment = p.segment and q.first <> p.first and q.${lastTwo}) where ${lastTwo}`;

/** What is found after statements as superuser with all triggers off; `undo` puts things right. */
async function foundAfter(attack: readonly string[], undo: readonly string[]): Promise<string> {
  await log.withoutGuards(...attack);
  try {
    return (await log.problems()).join("\n");
  } finally {
    await log.withoutGuards(...undo);
    expect(await log.problems()).toEqual([]);
  }
}

describe("the search index, with all triggers off", () => {
  test.each([
    ["a page that was edited", flip, flip],
    [
      "a page that was dropped",
      `update tlog.page_fresh set segment = -segment where ${last}`,
      "update tlog.page_fresh set segment = -segment where segment < 0",
    ],
    ["two pages that were swapped", swap, swap],
    [
      "a digest that was exchanged",
      "update tlog.segment set root = substring(root from 2) || substring(root for 1)",
      "update tlog.segment set root = substring(root from 32) || substring(root for 31)",
    ],
    [
      "a segment that was moved",
      "update tlog.segment set low = low + 1 where low = 0",
      "update tlog.segment set low = low - 1 where low = 1",
    ],
    [
      "an index that is said to end earlier",
      "update tlog.indexed set upto = upto - 1",
      "update tlog.indexed set upto = upto + 1",
    ],
  ])("%s: the check index names it", async (_what, attack, undo) => {
    expect(await foundAfter([attack], [undo])).toMatch(/^index: .*(?:entr|segment)/im);
  });

  test("an edited page is named by the check index, and functions replaced to hide it by the check guards", async () => {
    const [made] = await log.harness.asSuper(
      "select pg_get_functiondef('tlog.replace_segments'::regproc) as replace, pg_get_functiondef('tlog.rebuild_search'::regproc) as rebuild",
    );
    const found = await foundAfter(
      [
        flip,
        String(made?.["replace"]).replace(/\$function\$[^]*\$function\$/, "$$$$begin end$$$$"),
        String(made?.["rebuild"]).replace(/\$function\$[^]*\$function\$/, "$$$$begin end$$$$"),
        // What the check could be made to read instead, were it not to say which it means.
        "create function public.sha256(bytea) returns bytea language sql as 'select $1'",
        "create function public.position(bytea, bytea) returns int language sql as 'select 0'",
      ],
      [
        flip,
        String(made?.["replace"]),
        String(made?.["rebuild"]),
        "drop function public.sha256(bytea)",
        'drop function public."position"(bytea, bytea)',
      ],
    );
    expect(found).toMatch(/^index: .*(?:entr|segment)/im);
    expect(found).toMatch(/^guards: Changed in the database .*tlog\.replace_segments/m);
    expect(found).toMatch(/^guards: Changed in the database .*tlog\.rebuild_search/m);
    expect(found).toMatch(/^guards: Added to the database .*public\.sha256/m);
  });
});
