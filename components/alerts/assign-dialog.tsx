"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/select";
import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { assignOptions, firstChoice, unassigned } from "./shared/assign-options";
import { useRefreshOnClose } from "./use-refresh-on-close";

type Props = Readonly<{
  trigger: ReactElement;
  alert: AlertDto;
  action: ServerAction<AlertDto>;
  me: string | null;
  /** Users who may handle alerts. */ people: readonly Assignee[];
}>;

/**
 * Assigns an alert: to oneself, to a colleague, or to no one. A change that someone else made
 * meanwhile isn't overwritten.
 */
export function AssignDialog({ trigger, alert: { id, assignedTo }, action, me, people }: Props) {
  const { onRefused, onOpenChange } = useRefreshOnClose();
  return (
    <Dialog
      size="sm"
      trigger={trigger}
      title="Assign alert"
      description="The assignee finds it under “Assigned to me”."
      onOpenChange={onOpenChange}
    >
      <ActionForm
        action={action}
        fields={["to"]}
        submitLabel="Assign"
        receipt={(done) => (done.assignedTo === null ? "Unassigned." : "Assigned.")}
        onFailure={onRefused}
        input={(form) => {
          const to = textOf(form, "to");
          return { id, to: to === unassigned ? null : to, from: assignedTo?.id ?? null };
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
            hint="Users who can handle alerts."
          />
        )}
      </ActionForm>
    </Dialog>
  );
}
