"use client";

import { useRouter } from "next/navigation";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { errorsOf, useAct } from "@/components/forms/use-act";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import type { HaltView } from "@/lib/log/types-of-proof";

/** The supervised step after lost entries: a new log with a new key, linked to the old one, for good. */
export function ContinueDialog({
  halted,
  action,
}: Readonly<{ halted: HaltView; action: ServerAction<{ entryId: string }> }>) {
  const router = useRouter();
  const { state, run, clear } = useAct(action);
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
          Open a continuation
        </Button>
      }
      title="Open a continuation of the log?"
      confirmLabel="Open the continuation"
      typedWord="continue"
      action={open}
      onOpenChange={clear}
      consequence={
        <ul className="list-disc space-y-1 pl-4">
          <li>
            {lost > 0
              ? `${plural(lost, "entry is", "entries are")} given up for good: ${lost === 1 ? `number ${formatCount(foundSize)}` : `numbers ${formatCount(foundSize)} to ${formatCount(rememberedSize - 1)}`} will be used again, in another log.`
              : "The entries as they stand now become the beginning of another log."}
          </li>
          <li>
            A new log with a new name and a new key begins with the{" "}
            {plural(foundSize, "entry", "entries")} that {foundSize === 1 ? "is" : "are"} left.
            Every verifier needs the new key.
          </li>
          <li>
            Its first entry holds the old log’s last checkpoint, so anybody can see what was lost.
          </li>
        </ul>
      }
    >
      {state?.ok === false && <RefusalBanner refusal={state} shown={["comment"]} />}
      <TextareaField
        label="Comment"
        name="comment"
        rows={2}
        required
        maxLength={500}
        error={errorsOf(state, "comment")}
        hint="What happened, for the record: it stands in the first entry of the new log."
      />
    </AlertDialog>
  );
}
