"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import { resolutions, type AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { resolutionWords } from "./alert-words";
import { useStale } from "./use-stale";

/** Closes an alert with what it turned out to be: that is what the rule's figures are made of. */
export function ResolveDialog({
  trigger,
  id,
  action,
}: Readonly<{ trigger: ReactElement; id: string; action: ServerAction<AlertDto> }>) {
  const { onRefused, onOpenChange } = useStale();
  return (
    <Dialog
      trigger={trigger}
      onOpenChange={onOpenChange}
      title="Resolve this alert"
      description="If the same is seen again later, a new alert is raised."
    >
      <ActForm
        action={action}
        fields={["resolution", "comment"]}
        submitLabel="Resolve"
        receipt="Resolved."
        onRefused={onRefused}
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => ({
          id,
          resolution: textOf(form, "resolution"),
          comment: textOf(form, "comment"),
        })}
      >
        {({ errors }) => (
          <>
            <RadioCards
              label="What it was"
              name="resolution"
              columns={2}
              required
              error={errors("resolution") && "Choose what it was."}
              options={resolutions.map((value) => ({ value, ...resolutionWords[value] }))}
            />
            <TextareaField
              label="Comment"
              name="comment"
              required
              rows={3}
              maxLength={1000}
              error={errors("comment")}
              hint="What you found, and what was done. It stands on the record."
            />
          </>
        )}
      </ActForm>
    </Dialog>
  );
}
