"use client";

import { CommentField } from "@/components/forms/comment-field";
import { useRouter } from "next/navigation";
import { ErrorBanner } from "@/components/forms/error-banner";
import { textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import type { HaltView } from "@/lib/log/view-types";

/**
 * The manual step after lost entries: a new log with a new key, permanently linked to the old one.
 */
export function ContinueDialog({
  halted,
  action,
}: Readonly<{ halted: HaltView; action: ServerAction<unknown> }>) {
  const router = useRouter();
  const { state, run, clear } = useAction(action);
  const { rememberedSize, foundSize } = halted,
    lost = Math.max(0, rememberedSize - foundSize);
  const open = async (form: FormData): Promise<"keep" | undefined> => {
    const answer = await run({ comment: textOf(form, "comment") });
    if (!answer.ok) return "keep";
    showReceipt("Continuation opened.", answer);
    router.refresh();
    return undefined;
  };
  return (
    <AlertDialog
      trigger={
        <Button variant="danger" size="sm">
          Open continuation
        </Button>
      }
      title="Open a continuation of the audit log?"
      confirmLabel="Open continuation"
      typedWord="continue"
      action={open}
      onOpenChange={clear}
      consequence={
        <ul className="list-disc space-y-1 pl-4">
          <li>
            {lost > 0
              ? `${plural(lost, "entry is", "entries are")} permanently lost: ${lost === 1 ? `number ${formatCount(foundSize)}` : `numbers ${formatCount(foundSize)} to ${formatCount(rememberedSize - 1)}`} will be used again in the new log.`
              : "The current entries become the start of a new log."}
          </li>
          <li>
            The new log has a new name and a new key, and starts with the{" "}
            {plural(foundSize, "entry", "entries")} that {foundSize === 1 ? "is" : "are"} left.
            Every verifier needs the new key.
          </li>
          <li>
            Its first entry contains the old log’s last checkpoint, so anyone can see what was lost.
          </li>
        </ul>
      }
    >
      {state?.ok === false && <ErrorBanner failure={state} fields={["comment"]} />}
      <CommentField
        required
        error={errorsOf(state, "comment")}
        hint="Describe what happened. Recorded in the first entry of the new log."
      />
    </AlertDialog>
  );
}
