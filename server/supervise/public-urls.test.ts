import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rememberPublicUrl } from "./public-urls";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "public-urls-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [old, later] = ["http://old.example.com", "http://pki.example.com"];
const on = (day: string) => new Date(`${day}T10:00:00Z`);

test("a first start and a start with the same URL report nothing", () => {
  expect(rememberPublicUrl(folder, old, on("2026-01-01"))).toEqual([]);
  expect(rememberPublicUrl(folder, old, on("2026-02-01"))).toEqual([]);
});

test("a changed URL is reported with its day at this start and at each later one", () => {
  rememberPublicUrl(folder, old, on("2026-01-01"));
  const reported = [
    expect.stringContaining(`changed from ${old} to ${later} on 2026-02-01. Certificates issued`),
  ];
  expect(rememberPublicUrl(folder, later, on("2026-02-01"))).toEqual(reported);
  expect(rememberPublicUrl(folder, later, on("2026-03-01"))).toEqual(reported);
});

test("a URL that was changed back is reported with what it was between", () => {
  rememberPublicUrl(folder, old, on("2026-01-01"));
  rememberPublicUrl(folder, later, on("2026-02-01"));
  expect(rememberPublicUrl(folder, old, on("2026-03-01"))).toEqual([
    expect.stringContaining(`changed from ${later} to ${old} on 2026-03-01`),
  ]);
});

test.each(["", "{", "[{}]", '{"url":1}'])(
  "a file with %j in it keeps nothing from starting",
  (text) => {
    writeFileSync(join(folder, "public-urls.json"), text);
    expect(rememberPublicUrl(folder, old, on("2026-01-01"))).toEqual([]);
    expect(readFileSync(join(folder, "public-urls.json"), "utf8")).toContain(old);
  },
);
