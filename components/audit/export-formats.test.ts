import { expect, test } from "vitest";
import { verifyCommand } from "./export-formats";

test("the command for a filtered export accepts that entries are left out, that for all entries does not", () => {
  const head = { vkey: "ca.example.com/log/1+00000000+AA==", size: 100 };
  expect(verifyCommand("log.jsonl", null, { ...head, count: 7 })).toBe(
    `npx chancery verify log.jsonl --partial --key '${head.vkey}'`,
  );
  expect(verifyCommand("log.jsonl", null, { ...head, count: 100 })).toBe(
    `npx chancery verify log.jsonl --key '${head.vkey}'`,
  );
  expect(verifyCommand("log.csv", "log.proof.jsonl", { ...head, count: 7 })).toBe(
    `npx chancery verify log.csv --proof log.proof.jsonl --partial --key '${head.vkey}'`,
  );
});

test("the command for an export without a checkpoint needs no key", () => {
  expect(verifyCommand("log.jsonl", null, null)).toBe("npx chancery verify log.jsonl");
});
