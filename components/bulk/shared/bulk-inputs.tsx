"use client";

import { useState } from "react";
import { assignOptions, firstChoice, unassigned } from "@/components/alerts/shared/assign-options";
import { ResolutionFields } from "@/components/alerts/shared/resolution-fields";
import { offeredReasons, reasonLabels } from "@/components/certificates/shared/revocation-reasons";
import { CommentField } from "@/components/forms/comment-field";
import { GlossaryTerm } from "@/components/shared/glossary-term";
import { endOfDay, firstReplaceBy, ReplaceByField } from "@/components/shared/replace-by-field";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { SelectField } from "@/components/ui/select";
import type { Assignee } from "@/lib/alerts/schema";
import type { BulkAct } from "@/lib/bulk/schema";

/** Who alerts can be assigned to. */
export type Assignees = Readonly<{ me: string | null; people: readonly Assignee[] }>;

export type BulkChoices = Readonly<{
  /** Chosen at first; for `revoke`. */
  reason?: (typeof offeredReasons)[number] | undefined;
  /** For `request-rotation`. */
  now?: Date | undefined;
  /** For `assign-alert`. */
  assignees?: Assignees | undefined;
}>;
type Values = Readonly<{
  reason: string;
  owner: string;
  day: string;
  assignee: string;
  resolution: string;
}>;
const noOne: Assignees = { me: null, people: [] };

/** What is entered for a bulk action, and what its dry run is asked with. */
export function useBulkInputs(
  act: BulkAct,
  { reason, now = new Date(0), assignees = noOne }: BulkChoices,
) {
  const [values, setValues] = useState<Values>({
    reason: reason ?? "",
    owner: "",
    day: firstReplaceBy(now),
    assignee: firstChoice(null, assignees.people, assignees.me),
    resolution: "",
  });
  const change = (changed: Partial<Values>) => {
    setValues((old) => ({ ...old, ...changed }));
  };
  return { act, now, assignees, values, change, missing: missingOf(act, values) };
}
export type BulkInputs = ReturnType<typeof useBulkInputs>;

/** The part of the request that the values are. */
export function askedOf({ act, values }: Pick<BulkInputs, "act" | "values">): object {
  const { reason, owner, day, assignee, resolution } = values;
  // Figures are shown before there is a choice; the dry run is repeated with the one that is made.
  if (act === "revoke") return { reason: reason || "unspecified" };
  if (act === "resolve") return { resolution: resolution || "fixed" };
  if (act === "assign") return { owner: owner.trim() };
  if (act === "assign-alert") return { assignee: assignee === unassigned ? null : assignee };
  return act === "request-rotation" ? { replaceBy: endOfDay(day) } : {};
}

/** Whether there can be a dry run before everything is chosen. */
export const runsDryAtOnce = ({ act, missing }: Pick<BulkInputs, "act" | "missing">): boolean =>
  act === "revoke" || act === "resolve" || missing === undefined;

function missingOf(act: BulkAct, { owner, reason, day, resolution }: Values): string | undefined {
  if (act === "assign" && !owner.trim()) return "Enter the owner.";
  if (act === "request-rotation" && endOfDay(day) === undefined) return "Choose a date.";
  if (act === "resolve" && resolution === "") return "Choose a resolution.";
  return act === "revoke" && reason === "" ? "Choose a reason." : undefined;
}

type Props = Readonly<{
  inputs: BulkInputs;
  errors: (path: string) => string[] | undefined;
}>;

/** What the figures depend on: the new owner, the assignee or the date. */
export function FirstInputs({ inputs: { act, values, change, now, assignees }, errors }: Props) {
  if (act === "assign")
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
        error={errors("owner")}
        value={values.owner}
        onChange={(event) => {
          change({ owner: event.target.value });
        }}
      />
    );
  if (act === "assign-alert")
    return (
      <SelectField
        label="Assign to"
        name="assignee"
        required
        options={assignOptions(null, assignees.people, assignees.me)}
        value={values.assignee}
        error={errors("assignee")}
        onChange={(event) => {
          change({ assignee: event.target.value });
        }}
        hint="Users who can handle alerts."
      />
    );
  if (act !== "request-rotation") return null;
  return (
    <ReplaceByField
      value={values.day}
      onChange={(day) => {
        change({ day });
      }}
      errors={errors("replaceBy")}
      now={now}
      hint="The end of the day, in UTC. Certificates that expire earlier are to be replaced before they expire."
    />
  );
}

/** Why it is done. */
export function LastInputs({ inputs: { act, values, change }, errors }: Props) {
  if (act === "resolve")
    return (
      <ResolutionFields
        value={values.resolution}
        onChange={(resolution) => {
          change({ resolution });
        }}
        resolutionError={errors("resolution")}
        commentError={errors("comment")}
      />
    );
  return (
    <>
      {act === "revoke" && (
        <RadioCards
          label="Reason"
          name="reason"
          columns={2}
          required
          value={values.reason}
          onChange={(reason) => {
            change({ reason });
          }}
          options={offeredReasons.map((value) => ({ value, ...reasonLabels[value] }))}
        />
      )}
      <CommentField
        error={errors("comment")}
        hint={
          act === "assign" || act === "assign-alert"
            ? "Recorded with the bulk action."
            : "Recorded with every item, and with the bulk action."
        }
      />
    </>
  );
}
