"use client";

import { useRouter } from "next/navigation";
import type { ReactElement, ReactNode } from "react";
import { AlertDialog } from "@/components/ui/alert-dialog";
import type { ServerAction } from "@/lib/auth/types";
import { ErrorBanner } from "./error-banner";
import { showReceipt } from "./show-receipt";
import { useAction } from "./use-action";

type Props<T> = Readonly<{
  trigger?: ReactElement | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  /** A question. */
  title: string;
  /** The consequence, in numbers. */
  consequence: ReactNode;
  confirmLabel: string;
  receipt: string;
  action: ServerAction<T>;
  input: unknown;
  tone?: "danger" | "plain" | undefined;
}>;

/** Confirms an action that takes no input. A failure stays in the dialog. */
export function ConfirmDialog<T>({
  trigger,
  open,
  onOpenChange,
  title,
  consequence,
  confirmLabel,
  receipt,
  action,
  input,
  tone = "danger",
}: Props<T>) {
  const { state, run, clear } = useAction(action);
  const router = useRouter();
  const confirm = async (): Promise<"keep" | undefined> => {
    const answer = await run(input);
    if (!answer.ok) return "keep";
    showReceipt(receipt, answer);
    router.refresh();
    return undefined;
  };
  return (
    <AlertDialog
      trigger={trigger}
      open={open}
      title={title}
      consequence={consequence}
      confirmLabel={confirmLabel}
      tone={tone}
      onOpenChange={(next) => {
        clear();
        onOpenChange?.(next);
      }}
      action={async () => (await confirm()) ?? undefined}
    >
      {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
    </AlertDialog>
  );
}
