import { describe, expect, test } from "vitest";
import { listHref, paginationLinks, sortLink } from "./list-href";

const params = { q: "pay", state: "valid", cursor: "abc" };

describe("the URL of a list", () => {
  test("the URL of a list returns to the first page when a filter changes", () => {
    expect(listHref("/certificates", params, { state: "revoked" })).toBe(
      "/certificates?q=pay&state=revoked",
    );
  });
  test("the URL of a list omits a removed filter, and the question mark with the last one", () => {
    expect(listHref("/c", { q: "pay" }, { q: null })).toBe("/c");
  });
  test("the URL of a list escapes what a person typed", () => {
    expect(listHref("/c", {}, { q: "a&b=c d" })).toBe("/c?q=a%26b%3Dc+d");
  });
  test("the link to the next page keeps every filter", () => {
    expect(paginationLinks("/c", params, "next").olderHref).toBe(
      "/c?q=pay&state=valid&cursor=next",
    );
  });
  test("there is no next page without a cursor, and no link back from the first page", () => {
    expect(paginationLinks("/c", { q: "pay" }, null)).toMatchObject({
      newerHref: null,
      olderHref: null,
    });
  });
});

describe("sorting", () => {
  test("the first click sorts as people expect it, the second reverses", () => {
    expect(sortLink("/c", {}, "notAfter", "up", "-createdAt")).toEqual({
      sorted: "none",
      sortHref: "/c?sort=notAfter",
    });
    expect(sortLink("/c", {}, "notAfter", "up", "notAfter")).toEqual({
      sorted: "ascending",
      sortHref: "/c?sort=-notAfter",
    });
    expect(sortLink("/c", {}, "createdAt", "down", "-createdAt")).toEqual({
      sorted: "descending",
      sortHref: "/c?sort=createdAt",
    });
  });
});
