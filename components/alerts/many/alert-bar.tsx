"use client";

import { CheckCheck, CircleCheck, CircleUser } from "lucide-react";
import { useRouter } from "next/navigation";
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
import { answerText } from "./answer-text";
import { AssignManyDialog } from "./assign-many-dialog";
import { ResolveManyDialog } from "./resolve-many-dialog";

type Props = Readonly<{
  action: ServerAction<AlertAnswers>;
  /** The filters of the list. */
  filter: Extract<AnswerManyInput["selection"], { filter: unknown }>["filter"];
  me: string | null;
  /** Users who may handle alerts. */ people: readonly Assignee[];
}>;

/** What can be done with the selected alerts. */
export function AlertBar({ action, filter, me, people }: Props) {
  const { selected, clear } = useSelection();
  const { run, pending } = useAction(action);
  const router = useRouter();
  const selection: AnswerManyInput["selection"] =
    selected?.kind === "all"
      ? { filter, count: selected.count }
      : { ids: [...(selected?.keys ?? [])] };
  const count = selected?.kind === "all" ? selected.count : (selected?.keys.length ?? 0);
  const finish = () => {
    clear();
    router.refresh();
  };
  const acknowledge = async () => {
    const answer = await run({ selection, answer: { act: "acknowledge" } });
    if (!answer.ok) {
      showToast({ text: answer.message, tone: "danger" });
      return;
    }
    const isWhole = answer.data.refused.length === 0;
    showToast({
      text: answerText("acknowledge", answer.data),
      ...(isWhole ? {} : { tone: "danger" }),
    });
    finish();
  };
  return (
    <SelectionBar limit={maxAlertsAtOnce}>
      <AssignManyDialog
        trigger={
          <Button size="sm" icon={<CircleUser aria-hidden />}>
            Assign
          </Button>
        }
        {...{ action, selection, count, me, people, finish }}
      />
      <ResolveManyDialog
        trigger={
          <Button size="sm" icon={<CircleCheck aria-hidden />}>
            Resolve
          </Button>
        }
        {...{ action, selection, count, finish }}
      />
      <Button
        size="sm"
        variant="primary"
        icon={<CheckCheck aria-hidden />}
        loading={pending}
        onClick={() => void acknowledge()}
      >
        Acknowledge
      </Button>
    </SelectionBar>
  );
}
