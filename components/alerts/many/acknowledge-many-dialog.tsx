"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import type { AlertAnswers, AnswerManyInput } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import { AnswerFigures, type AnswerPreviewAction, useAnswerPreview } from "./answer-figures";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<AlertAnswers>;
  preview: AnswerPreviewAction;
  selection: AnswerManyInput["selection"];
  count: number;
  finish: (answers: AlertAnswers) => void;
}>;

/** Acknowledges all that match, after a dry run: most of them are on other pages. */
export function AcknowledgeManyDialog({ trigger, count, ...form }: Props) {
  return (
    <Dialog
      trigger={trigger}
      title={`Acknowledge ${plural(count, "alert")}?`}
      description="Marks them as being handled. They stay open until they are resolved."
    >
      <AcknowledgeManyForm {...form} />
    </Dialog>
  );
}

function AcknowledgeManyForm({
  action,
  preview,
  selection,
  finish,
}: Omit<Props, "trigger" | "count">) {
  const close = useCloseDialog();
  const answer = { act: "acknowledge" } as const;
  const dryRun = useAnswerPreview(preview, { selection, answer });
  return (
    <ActionForm
      action={action}
      fields={[]}
      submitLabel="Acknowledge"
      disabledReason={dryRun.blocker}
      receipt=""
      onDone={({ data }) => {
        close();
        finish(data);
      }}
      input={() => ({ selection, answer })}
    >
      {() => <AnswerFigures act="acknowledge" dryRun={dryRun} />}
    </ActionForm>
  );
}
