import { expect, test } from "vitest";
import type { AnswerLine } from "@/lib/alerts/schema";
import { answerText } from "./answer-text";

const lines = (
  count: number,
  outcome: AnswerLine["outcome"],
  message: string | null = null,
): AnswerLine[] =>
  Array.from({ length: count }, () => ({
    id: "alr_1",
    summary: "",
    outcome,
    code: message === null ? null : "alert.resolved",
    message,
  }));

test.each([
  ["acknowledge", lines(16, "changed"), "16 alerts acknowledged."],
  [
    "acknowledge",
    [...lines(1, "changed"), ...lines(1, "unchanged")],
    "1 alert acknowledged, 1 already was.",
  ],
  ["assign", lines(3, "unchanged"), "0 alerts assigned, 3 already were."],
  [
    "resolve",
    [...lines(2, "changed"), ...lines(2, "refused", "Not yours.")],
    "2 alerts resolved. 2 failed: Not yours.",
  ],
  [
    "resolve",
    [...lines(1200, "changed"), ...lines(1, "refused", "No database."), ...lines(4, "untried")],
    "1,200 alerts resolved. 1 failed: No database. 4 alerts were left unchanged.",
  ],
] as const)("the receipt of %s names every number and each reason once: %#", (act, each, text) => {
  expect(answerText(act, { lines: each })).toBe(text);
});
