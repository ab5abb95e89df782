import { describe, expect, it } from "vitest";
import { placeAt, placesFor } from "./places";

const all = placesFor(() => true);

describe("the place in which a page lies", () => {
  it("is the overview for the first page alone", () => {
    expect([placeAt("/", all), placeAt("/nowhere", all)]).toEqual(["overview", null]);
  });
  it("is that of the list for what the list opens", () => {
    expect([
      placeAt("/certificates", all),
      placeAt("/certificates/crt_1", all),
      placeAt("/certificatesque", all),
    ]).toEqual(["certificates", "certificates", null]);
  });
  it("is the inner one where two lie within each other", () => {
    expect(
      ["/audit", "/audit/812", "/audit/log", "/audit/drill"].map((path) => placeAt(path, all)),
    ).toEqual(["audit", "audit", "proofs", "proofs"]);
  });
  it("is none that the role may not read, and no two places have one key", () => {
    expect(
      placesFor((permission) => permission === "overview.read").flatMap(({ places }) =>
        places.map(({ id }) => id),
      ),
    ).toEqual(["overview"]);
    const keys = all.flatMap(({ places }) => places.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
