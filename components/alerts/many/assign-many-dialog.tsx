"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast-store";
import { plural } from "@/lib/format/count";
import type { AlertAnswers, AnswerManyInput, Assignee } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { answerText } from "./answer-text";
import { assignOptions, firstChoice, unassigned } from "@/components/alerts/assign-options";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<AlertAnswers>;
  selection: AnswerManyInput["selection"];
  count: number;
  me: string | null;
  people: readonly Assignee[];
  /** Called once they are assigned. */
  finish: () => void;
}>;

/** Assigns the selected alerts to one user, or to no one. */
export function AssignManyDialog({ trigger, count, ...form }: Props) {
  return (
    <Dialog
      size="sm"
      trigger={trigger}
      title={`Assign ${plural(count, "alert")}`}
      description="The assignee finds them under “Assigned to me”."
    >
      <AssignManyForm {...form} />
    </Dialog>
  );
}

function AssignManyForm({
  action,
  selection,
  me,
  people,
  finish,
}: Omit<Props, "trigger" | "count">) {
  const close = useCloseDialog();
  return (
    <ActionForm
      action={action}
      fields={[]}
      submitLabel="Assign"
      receipt=""
      onDone={({ data }) => {
        showToast({ text: answerText("assign", data) });
        close();
        finish();
      }}
      input={(form) => {
        const to = textOf(form, "to");
        return { selection, answer: { act: "assign", to: to === unassigned ? null : to } };
      }}
    >
      {() => (
        <SelectField
          label="Assign to"
          name="to"
          required
          options={assignOptions(null, people, me)}
          defaultValue={firstChoice(null, people, me)}
          hint="Users who can handle alerts."
        />
      )}
    </ActionForm>
  );
}
