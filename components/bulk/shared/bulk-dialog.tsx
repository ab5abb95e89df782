"use client";

import { useEffect, useRef, useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { ErrorBanner } from "@/components/forms/error-banner";
import { optionalText } from "@/components/forms/form-values";
import { useAction } from "@/components/forms/use-action";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type {
  BulkAct,
  BulkAlertFilter,
  BulkDto,
  BulkFilter,
  BulkIdentityFilter,
  BulkPreview,
} from "@/lib/bulk/schema";
import { BulkFigures } from "./bulk-figures";
import {
  askedOf,
  type BulkChoices,
  FirstInputs,
  LastInputs,
  runsDryAtOnce,
  useBulkInputs,
} from "./bulk-inputs";
import { actWords, bulkHref, countItems, typedWord } from "./bulk-words";

export type BulkServerActions = Readonly<{
  preview: ServerAction<BulkPreview>;
  start: ServerAction<BulkDto>;
}>;
/** Certificates; or identities, which for an action on certificates stand for what they have. */
export type BulkSelection =
  | Readonly<{ ids: readonly string[] }>
  | Readonly<{ filter: BulkFilter; count: number }>
  | Readonly<{ identities: readonly string[] }>
  | Readonly<{ identityFilter: BulkIdentityFilter; count: number }>
  | Readonly<{ alerts: readonly string[] }>
  | Readonly<{ alertFilter: BulkAlertFilter; count: number }>;

type Props = Readonly<{
  trigger: ReactElement;
  act: BulkAct;
  selection: BulkSelection;
  actions: BulkServerActions;
}> &
  BulkChoices;

function countOf(
  selection: Exclude<
    BulkSelection,
    Readonly<{ identities: unknown }> | Readonly<{ identityFilter: unknown }>
  >,
): number {
  if ("count" in selection) return selection.count;
  return "alerts" in selection ? selection.alerts.length : selection.ids.length;
}

function titleOf(act: BulkAct, selection: BulkSelection): string {
  if ("identities" in selection || "identityFilter" in selection) {
    const count = "count" in selection ? selection.count : selection.identities.length;
    const identities = countItems("assign", count);
    if (act === "revoke") return `Revoke all certificates of ${identities}?`;
    return act === "assign"
      ? `Assign an owner to ${identities}?`
      : `${actWords[act].title} ${identities}?`;
  }
  return `${actWords[act].title} ${countItems(act, countOf(selection))}?`;
}

/**
 * Does the same to many items: a dry run in figures first, then a typed word where it matters. Leads to the
 * page that shows its progress.
 */
export function BulkDialog({ trigger, act, selection, ...form }: Props) {
  return (
    <Dialog
      size="lg"
      trigger={trigger}
      title={titleOf(act, selection)}
      description={actWords[act].consequence}
    >
      <BulkForm act={act} selection={selection} {...form} />
    </Dialog>
  );
}

function BulkForm({ act, selection, actions, ...choices }: Omit<Props, "trigger">) {
  const inputs = useBulkInputs(act, choices);
  const [typed, setTyped] = useState("");
  const asked = { act, ...selection, ...askedOf(inputs) };
  const runsDry = runsDryAtOnce(inputs);
  const { state, figures, isCurrent } = useDryRun(actions.preview, runsDry ? asked : null);
  const word = figures && typedWord(act, figures.count);
  return (
    <ActionForm
      action={actions.start}
      fields={["comment", "owner", "replaceBy", "assignee", "resolution"]}
      submitLabel={actWords[act].button}
      submitTone={act === "revoke" ? "danger" : "primary"}
      disabledReason={inputs.missing ?? blockerOf(isCurrent ? figures : null, word, typed)}
      receipt={`Started. ${actWords[act].title} ${countItems(act, figures?.count ?? 0)}.`}
      goTo={({ data }) => bulkHref(data)}
      apiCall={(body: object) =>
        figures === null || inputs.missing !== undefined ? null : { path: "/bulk-acts", body }
      }
      input={(form) => ({
        ...asked,
        comment: optionalText(form, "comment"),
        expect: { count: figures?.count, sha256: figures?.sha256 },
      })}
    >
      {({ errors }) => (
        <>
          {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
          <FirstInputs inputs={inputs} errors={errors} />
          <div aria-live="polite" aria-label="Dry run" role="region">
            {figures === null ? (
              state === null && runsDry && <Skeleton height="stat" />
            ) : (
              <BulkFigures figures={figures} />
            )}
          </div>
          <LastInputs inputs={inputs} errors={errors} />
          {word !== null && figures !== null && figures.count > 0 && (
            <TextField
              label={`Type ${word} to continue`}
              required
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

const typingPauseMs = 300;

type DryRun = Readonly<{ key: string; state: ActionState<BulkPreview> }>;

/**
 * Repeats the dry run for another selection, reason or owner only; null runs none. The figures stay
 * until there are others, but `isCurrent` only if they are of what is asked now: an action that was
 * started with older ones would be refused.
 */
function useDryRun(preview: BulkServerActions["preview"], asked: object | null) {
  const { run } = useAction(preview);
  const [shown, setShown] = useState<DryRun | null>(null);
  const key = asked && JSON.stringify(asked);
  const isFirst = useRef(true);
  useEffect(() => {
    if (key === null) return undefined;
    let isWanted = true;
    const timer = setTimeout(
      () => {
        isFirst.current = false;
        void run(JSON.parse(key)).then((state) => {
          if (isWanted) setShown({ key, state });
        });
      },
      isFirst.current ? 0 : typingPauseMs,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [run, key]);
  const state = key === null ? null : (shown?.state ?? null);
  return {
    state,
    figures: state?.ok === true ? state.data : null,
    isCurrent: key !== null && shown?.key === key,
  };
}

function blockerOf(
  figures: BulkPreview | null,
  word: string | null,
  typed: string,
): string | undefined {
  if (figures === null) return "Wait for the dry run.";
  if (figures.count === 0) return "Nothing of the selection can be changed.";
  if (word === null) return undefined;
  return typed.trim().toLowerCase() === word ? undefined : `Type “${word}” first.`;
}
