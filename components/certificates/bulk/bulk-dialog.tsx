"use client";

import { useEffect, useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CommentField } from "@/components/forms/comment-field";
import { ErrorBanner } from "@/components/forms/error-banner";
import { optionalText } from "@/components/forms/form-values";
import { useAction } from "@/components/forms/use-action";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { Skeleton } from "@/components/ui/skeleton";
import type { ServerAction } from "@/lib/auth/types";
import type { BulkAct, BulkDto, BulkFilter, BulkPreview } from "@/lib/bulk/schema";
import { offeredReasons, reasonLabels } from "@/components/certificates/revocation-reasons";
import { plural } from "@/lib/format/count";
import { BulkFigures } from "./bulk-figures";
import { actWords, typedWord } from "./bulk-words";

export type BulkServerActions = Readonly<{
  preview: ServerAction<BulkPreview>;
  start: ServerAction<BulkDto>;
}>;
export type BulkSelection =
  | Readonly<{ ids: readonly string[] }>
  | Readonly<{ filter: BulkFilter; count: number }>;

type Props = Readonly<{
  trigger: ReactElement;
  act: BulkAct;
  selection: BulkSelection;
  actions: BulkServerActions;
  /** Chosen at first; for `revoke`. */
  reason?: (typeof offeredReasons)[number] | undefined;
}>;

const countOf = (selection: BulkSelection): number =>
  "ids" in selection ? selection.ids.length : selection.count;

/**
 * Does the same to many certificates: a dry run in figures first, then a typed word. Leads to the
 * page that shows its progress.
 */
export function BulkDialog({ trigger, act, selection, ...form }: Props) {
  const { title, consequence } = actWords[act];
  return (
    <Dialog
      size="lg"
      trigger={trigger}
      title={`${title} ${plural(countOf(selection), "certificate")}?`}
      description={consequence}
    >
      <BulkForm act={act} selection={selection} {...form} />
    </Dialog>
  );
}

function BulkForm({
  act,
  selection,
  actions,
  reason: firstReason = "superseded",
}: Omit<Props, "trigger">) {
  const [reason, setReason] = useState<string>(firstReason);
  const [typed, setTyped] = useState("");
  const { state, run } = useAction(actions.preview);
  const asked = { act, ...selection, ...(act === "revoke" ? { reason } : {}) };
  const key = JSON.stringify(asked);
  useEffect(() => {
    // The dry run is repeated for another selection or reason only.
    void run(JSON.parse(key));
  }, [run, key]);
  const figures = state?.ok === true ? state.data : null;
  const word = figures && typedWord(act, figures.count);
  return (
    <ActionForm
      action={actions.start}
      fields={["comment"]}
      submitLabel={actWords[act].button}
      submitTone={act === "revoke" ? "danger" : "primary"}
      disabledReason={blockerOf(figures, word, typed)}
      receipt={`Started. ${actWords[act].title} ${plural(figures?.count ?? 0, "certificate")}.`}
      goTo={({ data }) => `/certificates/bulk/${data.id}`}
      input={(form) => ({
        ...asked,
        comment: optionalText(form, "comment"),
        expect: { count: figures?.count, sha256: figures?.sha256 },
      })}
    >
      {({ errors }) => (
        <>
          {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
          <div aria-live="polite" aria-label="Dry run" role="region">
            {figures === null ? (
              state === null && <Skeleton height="stat" />
            ) : (
              <BulkFigures figures={figures} />
            )}
          </div>
          {act === "revoke" && (
            <RadioCards
              label="Reason"
              name="reason"
              columns={2}
              required
              value={reason}
              onChange={setReason}
              options={offeredReasons.map((value) => ({ value, ...reasonLabels[value] }))}
            />
          )}
          <CommentField error={errors("comment")} hint="Recorded with every certificate." />
          {figures !== null && figures.count > 0 && (
            <TextField
              label={`Type ${word} to continue`}
              autoComplete="off"
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
              }}
            />
          )}
        </>
      )}
    </ActionForm>
  );
}

function blockerOf(
  figures: BulkPreview | null,
  word: string | null,
  typed: string,
): string | undefined {
  if (figures === null) return "Wait for the dry run.";
  if (figures.count === 0) return "None of the selected certificates can be changed.";
  return typed.trim().toLowerCase() === word ? undefined : `Type “${word}” first.`;
}
