import { expect, test } from "vitest";
import { memoizeByText } from "./memoize-by-text";

function counted(most: number) {
  const reads: string[] = [];
  return {
    reads,
    read: memoizeByText((text) => {
      reads.push(text);
      return text === "none" ? undefined : { text };
    }, most),
  };
}

test("a text is read once while it is asked for, what it says is nothing, too", () => {
  const { read, reads } = counted(10);
  expect(read("a")).toBe(read("a"));
  expect([read("none"), read("none")]).toEqual([undefined, undefined]);
  expect(reads).toEqual(["a", "none"]);
});
test("what is asked for again stays, however many others come by; the others go", () => {
  const { read, reads } = counted(10);
  for (let n = 0; n < 1000; n++) {
    read(`stranger ${n}`);
    read("regular");
  }
  expect(reads.filter((text) => text === "regular")).toHaveLength(1);
  read("stranger 0");
  expect(reads.filter((text) => text === "stranger 0")).toHaveLength(2);
});
test("a text that is too long is read each time, and a reading that fails is not kept", () => {
  const { read, reads } = counted(10),
    long = "x".repeat(40_000);
  read(long);
  read(long);
  expect(reads).toHaveLength(2);
  let tries = 0;
  const failing = memoizeByText(() => {
    tries += 1;
    throw new Error("no");
  }, 10);
  for (const _ of [1, 2]) expect(() => failing("a")).toThrow("no");
  expect(tries).toBe(2);
});
