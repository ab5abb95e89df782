import { describe, expect, it } from "vitest";
import { addressOf, pagesOf, sortBy } from "./list-address";

const params = { q: "pay", state: "valid", cursor: "abc" };

describe("the address of a list", () => {
  it("starts again at the first page when a filter changes", () => {
    expect(addressOf("/certificates", params, { state: "revoked" })).toBe(
      "/certificates?q=pay&state=revoked",
    );
  });
  it("leaves a removed filter out, and the question mark with the last one", () => {
    expect(addressOf("/c", { q: "pay" }, { q: null })).toBe("/c");
  });
  it("escapes what a person typed", () => {
    expect(addressOf("/c", {}, { q: "a&b=c d" })).toBe("/c?q=a%26b%3Dc+d");
  });
  it("keeps every filter on the next page", () => {
    expect(pagesOf("/c", params, "next").olderHref).toBe("/c?q=pay&state=valid&cursor=next");
  });
  it("offers no next page without a cursor, and no way back from the first", () => {
    expect(pagesOf("/c", { q: "pay" }, null)).toMatchObject({ newerHref: null, olderHref: null });
  });
});

describe("sorting", () => {
  it("begins as people expect it there, and turns round after that", () => {
    expect(sortBy("/c", {}, "notAfter", "up", "-createdAt")).toEqual({
      sorted: "none",
      sortHref: "/c?sort=notAfter",
    });
    expect(sortBy("/c", {}, "notAfter", "up", "notAfter")).toEqual({
      sorted: "ascending",
      sortHref: "/c?sort=-notAfter",
    });
    expect(sortBy("/c", {}, "createdAt", "down", "-createdAt")).toEqual({
      sorted: "descending",
      sortHref: "/c?sort=createdAt",
    });
  });
});
