import { expect, test } from "vitest";
import { answerText } from "./answer-text";

const none = { changed: 0, unchanged: 0, refused: [], untried: 0 };
const refusal = (message: string) => ({ id: "alr_1", code: "x", message });

test.each([
  ["acknowledge", { ...none, changed: 16 }, "16 alerts acknowledged."],
  ["acknowledge", { ...none, changed: 1, unchanged: 1 }, "1 alert acknowledged, 1 already was."],
  ["assign", { ...none, unchanged: 3 }, "0 alerts assigned, 3 already were."],
  [
    "resolve",
    { ...none, changed: 2, refused: [refusal("Not yours."), refusal("Not yours.")] },
    "2 alerts resolved. 2 failed: Not yours.",
  ],
  [
    "resolve",
    { ...none, changed: 1200, refused: [refusal("No database.")], untried: 4 },
    "1,200 alerts resolved. 1 failed: No database. 4 alerts were left unchanged.",
  ],
] as const)(
  "the receipt of %s names every number and each reason once: %#",
  (act, answers, text) => {
    expect(answerText(act, answers)).toBe(text);
  },
);
