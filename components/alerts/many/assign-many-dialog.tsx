"use client";

import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import { plural } from "@/lib/format/count";
import type { AlertAnswers, AnswerManyInput, Assignee } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AnswerFigures, type AnswerPreviewAction, useAnswerPreview } from "./answer-figures";
import { assignOptions, firstChoice, unassigned } from "@/components/alerts/assign-options";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<AlertAnswers>;
  preview: AnswerPreviewAction;
  selection: AnswerManyInput["selection"];
  count: number;
  me: string | null;
  people: readonly Assignee[];
  /** Called once they are assigned. */
  finish: (answers: AlertAnswers) => void;
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
  preview,
  selection,
  me,
  people,
  finish,
}: Omit<Props, "trigger" | "count">) {
  const close = useCloseDialog();
  const [to, setTo] = useState(firstChoice(null, people, me));
  const answer = { act: "assign", to: to === unassigned ? null : to } as const;
  const dryRun = useAnswerPreview(preview, { selection, answer });
  return (
    <ActionForm
      action={action}
      fields={[]}
      submitLabel="Assign"
      disabledReason={dryRun.blocker}
      receipt=""
      onDone={({ data }) => {
        close();
        finish(data);
      }}
      input={() => ({ selection, answer })}
    >
      {() => (
        <>
          <SelectField
            label="Assign to"
            name="to"
            required
            options={assignOptions(null, people, me)}
            value={to}
            onChange={(event) => {
              setTo(event.target.value);
            }}
            hint="Users who can handle alerts."
          />
          <AnswerFigures act="assign" dryRun={dryRun} />
        </>
      )}
    </ActionForm>
  );
}
