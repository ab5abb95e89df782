import { describe, expect, test } from "vitest";
import { rowsOfFiles } from "./rows-of-files";

const defaults = { profile: "", identity: "" };
const csv = (text: string) => ({ name: "many.csv", text });

describe("rows are read from", () => {
  test("a CSV with the CSR in its column", () => {
    const { rows } = rowsOfFiles([csv('Identity,Profile,CSR\npay,tls,"-----BEGIN\nx"')], defaults);
    expect(rows).toEqual([
      { label: "Line 2", identity: "pay", profile: "tls", csr: "-----BEGIN\nx" },
    ]);
  });

  test("a CSV that names files, whatever their folder and case, in either column", () => {
    const { rows } = rowsOfFiles(
      [
        csv("identity,csr\na,one.csr\nb,sub/two.csr"),
        { name: "dir/ONE.csr", text: "1" },
        { name: "two.csr", text: "2" },
      ],
      { ...defaults, profile: "tls" },
    );
    expect(rows.map((row) => [row.identity, row.profile, row.csr])).toEqual([
      ["a", "tls", "1"],
      ["b", "tls", "2"],
    ]);
  });

  test("CSR files alone, whose names are their identities, or with one identity for all", () => {
    const files = [{ name: "dir/pay.example.csr", text: "1" }];
    expect(rowsOfFiles(files, defaults).rows).toMatchObject([
      { identity: "pay.example", csr: "1" },
    ]);
    expect(rowsOfFiles(files, { ...defaults, identity: "all" }).rows).toMatchObject([
      { identity: "all" },
    ]);
  });
});

describe("nothing is lost without a word", () => {
  test("a missing file leaves its row without a CSR", () => {
    expect(rowsOfFiles([csv("identity,file\na,none.csr")], defaults).rows).toMatchObject([
      { csr: "" },
    ]);
    expect(rowsOfFiles([csv("identity,csr\na,none.csr")], defaults).rows).toMatchObject([
      { csr: "" },
    ]);
  });

  test.each([
    ["a CSV without the columns", [csv("a,b\n1,2")], /needs identity, profile, and csr or file/],
    ["an empty CSV", [csv("")], /needs identity/],
    ["a second CSV", [csv("csr\nx"), { name: "b.csv", text: "" }], /Only many.csv is used/],
    ["a file of another kind", [{ name: "notes.txt", text: "" }], /Not used: notes.txt/],
  ])("%s is a problem in words", (_what, files, text) => {
    expect(rowsOfFiles(files, defaults).problems.join(" ")).toMatch(text);
  });
});
