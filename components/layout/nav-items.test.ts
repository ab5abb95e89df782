import { describe, expect, test } from "vitest";
import { currentNavItem, navGroupsFor } from "./nav-items";

const all = navGroupsFor(() => true);

describe("the navigation item of a page", () => {
  test("only the start page belongs to the overview", () => {
    expect([currentNavItem("/", all), currentNavItem("/nowhere", all)]).toEqual(["overview", null]);
  });
  test("a detail page belongs to the item of its list", () => {
    expect([
      currentNavItem("/certificates", all),
      currentNavItem("/certificates/crt_1", all),
      currentNavItem("/certificatesque", all),
    ]).toEqual(["certificates", "certificates", null]);
  });
  test("a page belongs to the most specific item", () => {
    expect(
      ["/audit", "/audit/812", "/audit/log", "/audit/drill"].map((path) =>
        currentNavItem(path, all),
      ),
    ).toEqual(["audit", "audit", "proofs", "proofs"]);
  });
  test("items that the role can't read are left out, and no two items share a key", () => {
    expect(
      navGroupsFor((permission) => permission === "overview.read").flatMap(({ items }) =>
        items.map(({ id }) => id),
      ),
    ).toEqual(["overview"]);
    const keys = all.flatMap(({ items }) => items.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
