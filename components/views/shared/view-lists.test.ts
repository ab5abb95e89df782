import { expect, test } from "vitest";
import { canonicalQuery, viewLists } from "@/lib/views/schema";
import { listsWithViews } from "./view-lists";

const views = viewLists.flatMap((list) =>
  listsWithViews[list].common.map(({ name, query }) => [list, name, query] as const),
);

test.each(views)("the view of %s “%s” is found again in its URL", (list, _, query) => {
  expect(canonicalQuery(list, query)).toBe(query);
});

test("no two views of a list have the same name or filters", () => {
  for (const list of viewLists) {
    const { common } = listsWithViews[list];
    for (const field of ["name", "query"] as const)
      expect(new Set(common.map((view) => view[field])).size).toBe(common.length);
  }
});
