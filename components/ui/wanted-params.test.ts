import { expect, test } from "vitest";
import { latestParams, paramsArrived, wantParams } from "./wanted-params";

test("what one control asked for isn't lost by the next, until the page has it", () => {
  const first = latestParams("/list", "?state=valid");
  first.set("q", "pay");
  wantParams("/list", first);
  const second = latestParams("/list", "?state=valid");
  second.set("kind", "device");
  expect(second.toString()).toBe("state=valid&q=pay&kind=device");
  paramsArrived();
  expect(latestParams("/list", "?state=valid").toString()).toBe("state=valid");
});

test("what was asked for on another page counts for nothing", () => {
  wantParams("/other", new URLSearchParams("q=pay"));
  expect(latestParams("/list", "").toString()).toBe("");
  paramsArrived();
});
