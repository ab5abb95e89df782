"use client";

import { useState, type ReactElement } from "react";
import { assignOptions, firstChoice, unassigned } from "@/components/alerts/assign-options";
import { Dialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import { plural } from "@/lib/format/count";
import type { Assignee } from "@/lib/alerts/schema";
import { AnswerFigures } from "./answer-figures";
import { type AnswerMany, AnswerManyForm } from "./answer-many-form";

type Choice = Readonly<{ me: string | null; people: readonly Assignee[] }>;
type Props = AnswerMany & Choice & Readonly<{ trigger: ReactElement; count: number }>;

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

function AssignManyForm({ me, people, ...form }: AnswerMany & Choice) {
  const [to, setTo] = useState(firstChoice(null, people, me));
  return (
    <AnswerManyForm
      {...form}
      submitLabel="Assign"
      answer={{ act: "assign", to: to === unassigned ? null : to }}
    >
      {(dryRun) => (
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
    </AnswerManyForm>
  );
}
