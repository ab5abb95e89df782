"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { plural } from "@/lib/format/count";
import type { AlertAnswers, AnswerManyInput } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AnswerFigures, type AnswerPreviewAction, useAnswerPreview } from "./answer-figures";
import { ResolutionFields } from "@/components/alerts/resolution-fields";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<AlertAnswers>;
  preview: AnswerPreviewAction;
  selection: AnswerManyInput["selection"];
  count: number;
  /** Called once they are resolved. */
  finish: (answers: AlertAnswers) => void;
}>;

/** Resolves the selected alerts with one resolution and comment. */
export function ResolveManyDialog({ trigger, count, ...form }: Props) {
  return (
    <Dialog
      trigger={trigger}
      title={`Resolve ${plural(count, "alert")}`}
      description="If the same thing happens again, a new alert is raised."
    >
      <ResolveManyForm {...form} />
    </Dialog>
  );
}

function ResolveManyForm({ action, preview, selection, finish }: Omit<Props, "trigger" | "count">) {
  const close = useCloseDialog();
  const dryRun = useAnswerPreview(preview, { selection, answer: { act: "resolve" } });
  return (
    <ActionForm
      action={action}
      fields={["answer.resolution", "answer.comment"]}
      submitLabel="Resolve"
      disabledReason={dryRun.blocker}
      receipt=""
      onDone={({ data }) => {
        close();
        finish(data);
      }}
      input={(form) => ({
        selection,
        answer: {
          act: "resolve",
          resolution: textOf(form, "resolution"),
          comment: textOf(form, "comment"),
        },
      })}
    >
      {({ errors }) => (
        <>
          <AnswerFigures act="resolve" dryRun={dryRun} />
          <ResolutionFields
            resolutionError={errors("answer.resolution")}
            commentError={errors("answer.comment")}
          />
        </>
      )}
    </ActionForm>
  );
}
