"use client";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { DataTable, type Column } from "@/components/ui/table";
import type { AlertAnswers, AnswerLine } from "@/lib/alerts/schema";
import { formatCount } from "@/lib/format/count";
import { type AnswerAct, answerWords, countLines } from "./answer-text";

export type FinishedAnswer = Readonly<{ act: AnswerAct; answers: AlertAnswers }>;

type Props = Readonly<{
  /** Null shows nothing. */
  finished: FinishedAnswer | null;
  onClose: () => void;
}>;

// What needs a second look comes first.
const order: readonly AnswerLine["outcome"][] = ["refused", "untried", "unchanged", "changed"];

/** What became of each alert. */
export function AnswerReport({ finished, onClose }: Props) {
  if (finished === null) return null;
  const { act, answers } = finished;
  const { title, done } = answerWords[act];
  const results = {
    changed: title,
    unchanged: `Already ${done}`,
    refused: "Refused",
    untried: "Not tried",
  } as const;
  const columns: readonly Column<AnswerLine>[] = [
    {
      key: "summary",
      header: "Alert",
      width: "grow",
      cell: (line) => <Alert {...line} result={results[line.outcome]} />,
    },
    {
      key: "outcome",
      header: "Result",
      width: "fit",
      hideBelow: "sm",
      cell: ({ outcome }) => results[outcome],
    },
  ];
  const { lines } = answers;
  return (
    <Dialog
      open
      size="lg"
      onOpenChange={onClose}
      title={`${title} ${formatCount(countLines(answers, "changed"))} of ${formatCount(lines.length)}`}
      description={order
        .map((outcome) => ({ outcome, count: countLines(answers, outcome) }))
        .filter(({ count }) => count > 0)
        .map(({ outcome, count }) => `${results[outcome]}: ${formatCount(count)}`)
        .join(" · ")}
    >
      <DataTable
        caption="Report"
        columns={columns}
        rows={order.flatMap((outcome) => lines.filter((line) => line.outcome === outcome))}
        rowKey={({ id }) => id}
        empty={null}
      />
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Dialog>
  );
}

/** The summary, and below it why it was refused; on phones the result too. */
function Alert({ summary, message, result }: AnswerLine & Readonly<{ result: string }>) {
  return (
    <span className="block py-0.5 whitespace-normal">
      {summary}
      <span className="block text-xs font-medium sm:hidden">{result}</span>
      {message !== null && <span className="block text-xs font-normal text-muted">{message}</span>}
    </span>
  );
}
