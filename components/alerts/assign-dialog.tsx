"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { assignOptions, firstChoice, nobody } from "./assign-options";
import { useStale } from "./use-stale";

type Props = Readonly<{
  trigger: ReactElement;
  alert: AlertDto;
  action: ServerAction<AlertDto>;
  me: string | null;
  /** Everybody who may answer alerts. */ people: readonly Assignee[];
}>;

/** Says who takes care of an alert: oneself first, a colleague, or nobody. What somebody else has decided meanwhile is not overwritten. */
export function AssignDialog({ trigger, alert: { id, assignedTo }, action, me, people }: Props) {
  const { onRefused, onOpenChange } = useStale();
  return (
    <Dialog
      size="sm"
      trigger={trigger}
      title="Assign this alert"
      description="Whoever it is assigned to finds it under “Assigned to me”."
      onOpenChange={onOpenChange}
    >
      <ActForm
        action={action}
        fields={["to"]}
        submitLabel="Assign"
        receipt={(done) => (done.assignedTo === null ? "Nobody has it now." : "Assigned.")}
        onRefused={onRefused}
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => {
          const to = textOf(form, "to");
          return { id, to: to === nobody ? null : to, from: assignedTo?.id ?? null };
        }}
      >
        {({ errors }) => (
          <SelectField
            label="Assign to"
            name="to"
            required
            options={assignOptions(assignedTo, people, me)}
            defaultValue={firstChoice(assignedTo, people, me)}
            error={errors("to")}
            hint="Everybody who may answer alerts."
          />
        )}
      </ActForm>
    </Dialog>
  );
}
