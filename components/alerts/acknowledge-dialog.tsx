"use client";

import type { ReactElement } from "react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { useStale } from "./use-stale";

type Props = Readonly<{ trigger: ReactElement; id: string; action: ServerAction<AlertDto> }>;

/** Says that one looks into it. Who comes second is told who was first. */
export function AcknowledgeDialog({ trigger, id, action }: Props) {
  return (
    <CommentDialog
      trigger={trigger}
      title="Acknowledge this alert?"
      submitLabel="Acknowledge"
      action={action}
      fixed={{ id }}
      {...useStale()}
      receipt={({ acknowledged, unchanged }) =>
        unchanged === true
          ? `${acknowledged?.by ?? "Somebody"} had acknowledged it already. Yours is on the record, too.`
          : "Acknowledged."
      }
      consequence="It says that somebody looks at it. It stays among the unresolved until it is resolved."
    />
  );
}
