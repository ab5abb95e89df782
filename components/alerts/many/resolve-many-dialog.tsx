"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { showToast } from "@/components/ui/toast-store";
import { plural } from "@/lib/format/count";
import type { AlertAnswers, AnswerManyInput } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { answerText } from "./answer-text";
import { ResolutionFields } from "@/components/alerts/resolution-fields";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<AlertAnswers>;
  selection: AnswerManyInput["selection"];
  count: number;
  /** Called once they are resolved. */
  finish: () => void;
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

function ResolveManyForm({ action, selection, finish }: Omit<Props, "trigger" | "count">) {
  const close = useCloseDialog();
  return (
    <ActionForm
      action={action}
      fields={["answer.resolution", "answer.comment"]}
      submitLabel="Resolve"
      receipt=""
      onDone={({ data }) => {
        showToast({
          text: answerText("resolve", data),
          ...(data.refused.length === 0 ? {} : { tone: "danger" }),
        });
        close();
        finish();
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
        <ResolutionFields
          resolutionError={errors("answer.resolution")}
          commentError={errors("answer.comment")}
        />
      )}
    </ActionForm>
  );
}
