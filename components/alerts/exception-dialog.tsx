"use client";

import { useState, type ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { givenText, numberOf, textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { AlertDto, Excepted } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { resolutionWords, subjectName } from "./alert-words";

const spans = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "14", label: "14 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "other", label: "Another number of days" },
];

type Props = Readonly<{
  trigger: ReactElement;
  alert: AlertDto;
  action: ServerAction<Excepted>;
  network: string | null;
}>;

/** What is no number is said in words of this form. */
const readable = (errors: readonly string[] | undefined) =>
  errors?.map((error) =>
    error.startsWith("Invalid input") ? "Write a whole number of days." : error,
  );

/** Somebody may have resolved the alert while this form was open. */
function receiptOf({ resolvedBefore }: Excepted): string {
  if (resolvedBefore === null) return "Exception made.";
  return `Exception made. ${resolvedBefore.by} had resolved the alert already, as ${resolutionWords[resolvedBefore.resolution].label.toLowerCase()}; that stays.`;
}

/** Keeps one rule quiet about one subject, for a while, from one network or from anywhere. It ends by itself. */
export function ExceptionDialog({ trigger, alert, action, network }: Props) {
  const { id, rule, ruleTitle, subject, status } = alert;
  const [span, setSpan] = useState("14");
  const name = subjectName(subject),
    fixed = {
      rule,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectLabel: subject.label,
      alertId: id,
    };
  return (
    <Dialog
      trigger={trigger}
      title="Make an exception"
      description={
        <>
          “{ruleTitle}” raises no alert about{" "}
          <strong className="font-medium wrap-anywhere text-text">{name}</strong> until the
          exception ends. Requests are still decided and recorded as before.
        </>
      }
    >
      <ActForm
        action={action}
        fields={["days", "network", "comment"]}
        submitLabel="Make the exception"
        receipt={receiptOf}
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => ({
          ...fixed,
          days: span === "other" ? (numberOf(form, "days") ?? Number.NaN) : Number(span),
          network: givenText(form, "network") ?? null,
          comment: textOf(form, "comment"),
          resolve: form.get("resolve") === "on",
        })}
      >
        {({ errors }) => (
          <>
            <div className="grid gap-4 sm:grid-cols-2">
              <SelectField
                label="For"
                name="span"
                required
                options={spans}
                value={span}
                onChange={(event) => {
                  setSpan(event.target.value);
                }}
                hint={span === "other" ? undefined : "It ends by itself, and can be ended before."}
                error={span === "other" ? undefined : errors("days")}
              />
              {span === "other" && (
                <TextField
                  label="Days"
                  name="days"
                  type="number"
                  inputMode="numeric"
                  min={1}
                  max={366}
                  required
                  defaultValue="60"
                  error={readable(errors("days"))}
                  hint="At most 366."
                />
              )}
              <TextField
                label="Only from"
                name="network"
                mono
                placeholder="10.20.0.0/16"
                defaultValue={network ?? ""}
                error={errors("network")}
                hint="A network or an address. Empty: from anywhere."
                autoComplete="off"
              />
            </div>
            <TextareaField
              label="Why it is expected"
              name="comment"
              required
              rows={2}
              maxLength={1000}
              error={errors("comment")}
              hint="It stands on the record."
            />
            {status === "resolved" ? (
              <Banner>The alert is resolved already; this is about what comes later.</Banner>
            ) : (
              <Checkbox
                name="resolve"
                label="Resolve this alert as expected"
                hint="With the same comment. Without this the alert stays open."
                defaultChecked
              />
            )}
          </>
        )}
      </ActForm>
    </Dialog>
  );
}
