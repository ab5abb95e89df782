"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { ResolutionFields } from "./shared/resolution-fields";
import { useRefreshOnClose } from "./use-refresh-on-close";

/** Closes an alert with a resolution, which the figures of its rule are based on. */
export function ResolveDialog({
  trigger,
  id,
  action,
}: Readonly<{ trigger: ReactElement; id: string; action: ServerAction<AlertDto> }>) {
  const { onRefused, onOpenChange } = useRefreshOnClose();
  return (
    <Dialog
      trigger={trigger}
      onOpenChange={onOpenChange}
      title="Resolve alert"
      description="If the same thing happens again, a new alert is raised."
    >
      <ActionForm
        action={action}
        fields={["resolution", "comment"]}
        submitLabel="Resolve"
        receipt="Alert resolved."
        onFailure={onRefused}
        input={(form) => ({
          id,
          resolution: textOf(form, "resolution"),
          comment: textOf(form, "comment"),
        })}
      >
        {({ errors }) => (
          <ResolutionFields
            resolutionError={errors("resolution")}
            commentError={errors("comment")}
          />
        )}
      </ActionForm>
    </Dialog>
  );
}
