"use client";

import { CheckCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { IconButton } from "@/components/ui/button";
import { showToast } from "@/components/ui/toast-store";
import type { AlertDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

type Props = Readonly<{ id: string; summary: string; action: ServerAction<AlertDto> }>;

/** Acknowledges the alert of a row at once: nothing is lost by it, and its receipt has the entry. */
export function RowAcknowledge({ id, summary, action }: Props) {
  const { run, pending } = useAction(action);
  const router = useRouter();
  const acknowledge = async () => {
    const answer = await run({ id });
    if (answer.ok) showReceipt("Acknowledged.", answer);
    else showToast({ text: answer.message, tone: "danger" });
    router.refresh();
  };
  return (
    <span className="relative z-1 inline-flex">
      <IconButton
        size="sm"
        label={`Acknowledge: ${summary}`}
        data-tip="Acknowledge"
        icon={<CheckCheck aria-hidden />}
        loading={pending}
        onClick={() => void acknowledge()}
      />
    </span>
  );
}
