"use client";

import { useEffect, useRef, useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CommentField } from "@/components/forms/comment-field";
import { ErrorBanner } from "@/components/forms/error-banner";
import { optionalText } from "@/components/forms/form-values";
import { useAction } from "@/components/forms/use-action";
import { GlossaryTerm } from "@/components/shared/glossary-term";
import { endOfDay, firstReplaceBy, ReplaceByField } from "@/components/shared/replace-by-field";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type {
  BulkAct,
  BulkDto,
  BulkFilter,
  BulkIdentityFilter,
  BulkPreview,
} from "@/lib/bulk/schema";
import { offeredReasons, reasonLabels } from "@/components/certificates/shared/revocation-reasons";
import { BulkFigures } from "./bulk-figures";
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
  | Readonly<{ identityFilter: BulkIdentityFilter; count: number }>;

type Props = Readonly<{
  trigger: ReactElement;
  act: BulkAct;
  selection: BulkSelection;
  actions: BulkServerActions;
  /** Chosen at first; for `revoke`. */
  reason?: (typeof offeredReasons)[number] | undefined;
  /** For `request-rotation`. */
  now?: Date | undefined;
}>;

function titleOf(act: BulkAct, selection: BulkSelection): string {
  if ("identities" in selection || "identityFilter" in selection) {
    const count = "count" in selection ? selection.count : selection.identities.length;
    const identities = countItems("assign", count);
    if (act === "revoke") return `Revoke all certificates of ${identities}?`;
    return act === "assign"
      ? `Assign an owner to ${identities}?`
      : `${actWords[act].title} ${identities}?`;
  }
  const count = "count" in selection ? selection.count : selection.ids.length;
  return `${actWords[act].title} ${countItems(act, count)}?`;
}

/**
 * Does the same to many certificates: a dry run in figures first, then a typed word. Leads to the
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

function BulkForm({
  act,
  selection,
  actions,
  reason: firstReason,
  now = new Date(0),
}: Omit<Props, "trigger">) {
  const [reason, setReason] = useState<string>(firstReason ?? "");
  const [owner, setOwner] = useState("");
  const [day, setDay] = useState(firstReplaceBy(now));
  const [typed, setTyped] = useState("");
  // Figures are shown before a reason is chosen; the dry run is repeated with the one that is.
  const asked = {
    act,
    ...selection,
    ...(act === "revoke" ? { reason: reason || "unspecified" } : {}),
    ...(act === "assign" ? { owner: owner.trim() } : {}),
    ...(act === "request-rotation" ? { replaceBy: endOfDay(day) } : {}),
  };
  const missing = missingOf(act, { owner, reason, day });
  const { state, figures, isCurrent } = useDryRun(
    actions.preview,
    act !== "revoke" && missing !== undefined ? null : asked,
  );
  const word = figures && typedWord(act, figures.count);
  return (
    <ActionForm
      action={actions.start}
      fields={["comment", "owner", "replaceBy"]}
      submitLabel={actWords[act].button}
      submitTone={act === "revoke" ? "danger" : "primary"}
      disabledReason={missing ?? blockerOf(isCurrent ? figures : null, word, typed)}
      receipt={`Started. ${actWords[act].title} ${countItems(act, figures?.count ?? 0)}.`}
      goTo={({ data }) => bulkHref(data)}
      apiCall={(body: object) =>
        figures === null || missing !== undefined ? null : { path: "/bulk-acts", body }
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
          {act === "assign" && (
            <OwnerField value={owner} onChange={setOwner} errors={errors("owner")} />
          )}
          {act === "request-rotation" && (
            <ReplaceByField
              value={day}
              onChange={setDay}
              errors={errors("replaceBy")}
              now={now}
              hint="The end of the day, in UTC. Certificates that expire earlier are to be replaced before they expire."
            />
          )}
          <div aria-live="polite" aria-label="Dry run" role="region">
            {figures === null ? (
              state === null && (act === "revoke" || !missing) && <Skeleton height="stat" />
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
          <CommentField
            error={errors("comment")}
            hint={
              act === "assign"
                ? "Recorded with the bulk action."
                : "Recorded with every item, and with the bulk action."
            }
          />
          {figures !== null && figures.count > 0 && (
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

type FieldProps = Readonly<{
  value: string;
  onChange: (value: string) => void;
  errors: string[] | undefined;
}>;

function OwnerField({ value, onChange, errors }: FieldProps) {
  return (
    <TextField
      label="New owner"
      name="owner"
      required
      autoComplete="off"
      hint={
        <>
          The <GlossaryTerm word="owner" />, such as platform@example.com.
        </>
      }
      error={errors}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}

function missingOf(
  act: BulkAct,
  { owner, reason, day }: Readonly<{ owner: string; reason: string; day: string }>,
): string | undefined {
  if (act === "assign" && !owner.trim()) return "Enter the owner.";
  if (act === "request-rotation" && endOfDay(day) === undefined) return "Choose a date.";
  return act === "revoke" && reason === "" ? "Choose a reason." : undefined;
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
  return typed.trim().toLowerCase() === word ? undefined : `Type “${word}” first.`;
}
