"use client";

import { CheckCheck, CircleCheck, CircleUser } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/forms/use-action";
import { Button } from "@/components/ui/button";
import { SelectionBar, useSelection } from "@/components/ui/selection";
import { showToast } from "@/components/ui/toast-store";
import {
  maxAlertsAtOnce,
  type AlertAnswers,
  type AnswerManyInput,
  type Assignee,
} from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AcknowledgeManyDialog } from "./acknowledge-many-dialog";
import type { AnswerPreviewAction } from "./answer-figures";
import { AnswerReport, type FinishedAnswer } from "./answer-report";
import { type AnswerAct, answerText } from "./answer-text";
import { AssignManyDialog } from "./assign-many-dialog";
import { ResolveManyDialog } from "./resolve-many-dialog";

type Props = Readonly<{
  actions: Readonly<{ answer: ServerAction<AlertAnswers>; preview: AnswerPreviewAction }>;
  /** The filters of the list. */
  filter: Extract<AnswerManyInput["selection"], { filter: unknown }>["filter"];
  me: string | null;
  /** Users who may handle alerts. */ people: readonly Assignee[];
}>;

/** What can be done with the selected alerts, and the report of what was done. */
export function AlertBar({ actions, filter, me, people }: Props) {
  const { selected, clear } = useSelection();
  const { run, pending } = useAction(actions.answer);
  const [report, setReport] = useState<FinishedAnswer | null>(null);
  const router = useRouter();
  const isAll = selected?.kind === "all";
  const selection: AnswerManyInput["selection"] = isAll
    ? { filter, count: selected.count }
    : { ids: [...(selected?.keys ?? [])] };
  const count = isAll ? selected.count : (selected?.keys.length ?? 0);
  const finish = (act: AnswerAct) => (answers: AlertAnswers) => {
    clear();
    router.refresh();
    const isWhole = !answers.lines.some(({ message }) => message !== null);
    if (isWhole && !isAll) showToast({ text: answerText(act, answers) });
    else setReport({ act, answers });
  };
  const acknowledge = async () => {
    const answer = await run({ selection, answer: { act: "acknowledge" } });
    if (answer.ok) finish("acknowledge")(answer.data);
    else showToast({ text: answer.message, tone: "danger" });
  };
  const shared = { action: actions.answer, preview: actions.preview, selection, count };
  const button = {
    size: "sm",
    variant: "primary",
    icon: <CheckCheck aria-hidden />,
    children: "Acknowledge",
  } as const;
  return (
    <>
      <SelectionBar limit={maxAlertsAtOnce}>
        <AssignManyDialog
          trigger={
            <Button size="sm" icon={<CircleUser aria-hidden />}>
              Assign
            </Button>
          }
          {...{ ...shared, me, people }}
          finish={finish("assign")}
        />
        <ResolveManyDialog
          trigger={
            <Button size="sm" icon={<CircleCheck aria-hidden />}>
              Resolve
            </Button>
          }
          {...shared}
          finish={finish("resolve")}
        />
        {isAll ? (
          <AcknowledgeManyDialog
            trigger={<Button {...button} />}
            {...shared}
            finish={finish("acknowledge")}
          />
        ) : (
          <Button {...button} loading={pending} onClick={() => void acknowledge()} />
        )}
      </SelectionBar>
      <AnswerReport
        finished={report}
        onClose={() => {
          setReport(null);
        }}
      />
    </>
  );
}
