"use client";

import type { ReactNode } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { useCloseDialog } from "@/components/ui/dialog";
import type { AlertAnswers, AnswerManyInput, PreviewManyInput } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { type AnswerPreviewAction, useAnswerPreview } from "./answer-figures";

/** What each dialog that answers many alerts gets. */
export type AnswerMany = Readonly<{
  action: ServerAction<AlertAnswers>;
  preview: AnswerPreviewAction;
  selection: AnswerManyInput["selection"];
  /** Called once they are answered. */
  finish: (answers: AlertAnswers) => void;
}>;

type Props = AnswerMany &
  Readonly<{
    submitLabel: string;
    /** What the dry run is of. */
    answer: PreviewManyInput["answer"];
    /** The whole answer, from the form; by default what the dry run is of. */
    read?: (form: FormData) => unknown;
    fields?: readonly string[];
    children: (
      dryRun: ReturnType<typeof useAnswerPreview>,
      errors: (path: string) => string[] | undefined,
    ) => ReactNode;
  }>;

/** A form in a dialog that gives many alerts the same answer, after its dry run. */
export function AnswerManyForm({
  action,
  preview,
  selection,
  finish,
  submitLabel,
  answer,
  read = () => answer,
  fields = [],
  children,
}: Props) {
  const close = useCloseDialog();
  const dryRun = useAnswerPreview(preview, { selection, answer });
  return (
    <ActionForm
      action={action}
      fields={fields}
      submitLabel={submitLabel}
      disabledReason={dryRun.blocker}
      receipt=""
      onDone={({ data }) => {
        close();
        finish(data);
      }}
      input={(form) => ({ selection, answer: read(form) })}
    >
      {({ errors }) => children(dryRun, errors)}
    </ActionForm>
  );
}
