import { describe, expect, test } from "vitest";
import { choicesOf, columnsOf, readTableView, usualView, writeTableView } from "./table-view";

const columns = [
  { key: "name", header: "Name" },
  { key: "state", header: "State", hideBelow: "sm" },
  { key: "serial", header: "Serial", extra: true },
  { key: "button", header: "Do", headerHidden: true },
] as const;
const keysOf = (chosen: readonly string[] | null) =>
  columnsOf(columns, { ...usualView, columns: chosen }).map(({ key }) => key);

describe("a view of a table", () => {
  test.each([
    usualView,
    { columns: [], density: "compact", limit: 25 },
    { columns: ["state", "serial"], density: "comfortable", limit: 200 },
  ] as const)("is read from its cookie as it was written: %j", (view) => {
    expect(readTableView(writeTableView(view))).toEqual(view);
  });

  test.each([
    ["no cookie", undefined],
    ["an empty one", ""],
    ["a page size that isn't offered", "*|comfortable|100000"],
    ["a negative page size", "*|comfortable|-1"],
    ["a density that isn't offered", "*|huge|50"],
  ])("is the usual one for %s", (_what, text) => {
    expect({ ...readTableView(text), columns: null }).toEqual(usualView);
  });

  test("takes no column of a cookie for more than a key", () => {
    expect(readTableView("state.<b>.x y|compact|50").columns).toEqual(["state"]);
  });
});

describe("columns", () => {
  test("that name the row or are buttons are always shown, others as chosen, in the table's order", () => {
    expect(keysOf(null)).toEqual(["name", "state", "button"]);
    expect(keysOf(["serial", "state", "unknown"])).toEqual(["name", "state", "serial", "button"]);
    expect(keysOf([])).toEqual(["name", "button"]);
  });

  test("that were chosen don't give way in narrow windows", () => {
    expect(columnsOf(columns, { ...usualView, columns: ["state"] })[1]).toMatchObject({
      key: "state",
      hideBelow: undefined,
    });
  });

  test("are offered with whether they are usual", () => {
    expect(choicesOf(columns)).toEqual([
      { key: "state", header: "State", usual: true },
      { key: "serial", header: "Serial", usual: false },
    ]);
  });
});
