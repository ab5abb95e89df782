"use client";

import type { ReactElement } from "react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { useRefreshOnClose } from "./use-refresh-on-close";

type Props = Readonly<{ trigger: ReactElement; id: string; action: ServerAction<AlertDto> }>;

/** Acknowledges an alert. If someone else did so before, the receipt names them. */
export function AcknowledgeDialog({ trigger, id, action }: Props) {
  return (
    <CommentDialog
      trigger={trigger}
      title="Acknowledge alert"
      submitLabel="Acknowledge"
      action={action}
      fixedInput={{ id }}
      {...useRefreshOnClose()}
      receipt={({ acknowledged, unchanged }) =>
        unchanged === true
          ? `${acknowledged?.by ?? "Someone else"} had already acknowledged it. Yours was recorded too.`
          : "Acknowledged."
      }
      consequence="Marks the alert as being handled. It stays on the list until it’s resolved."
    />
  );
}
