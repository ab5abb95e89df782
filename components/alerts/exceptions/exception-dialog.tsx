"use client";

import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText, numberOf, textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { AlertDto, AlertException } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { resolutionLabels, subjectName } from "@/components/alerts/alert-labels";

const spans = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "14", label: "14 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "other", label: "Custom" },
];

type Props = Readonly<{
  trigger: ReactElement;
  alert: AlertDto;
  action: ServerAction<AlertException>;
  network: string | null;
}>;

/** Replaces the schema's message for a value that isn't a number. */
const readableErrors = (errors: readonly string[] | undefined) =>
  errors?.map((error) =>
    error.startsWith("Invalid input") ? "Enter a whole number of days." : error,
  );

/** Someone else may have resolved the alert while this form was open. */
function receiptText({ resolvedBefore }: AlertException): string {
  if (resolvedBefore === null) return "Exception added.";
  return `Exception added. ${resolvedBefore.by} had already resolved the alert as ${resolutionLabels[resolvedBefore.resolution].label.toLowerCase()}.`;
}

/**
 * Stops one rule from raising alerts about one subject for a while, from one network or from
 * anywhere. It expires automatically.
 */
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
      title="Add exception"
      description={
        <>
          “{ruleTitle}” raises no alerts about{" "}
          <strong className="font-medium wrap-anywhere text-text">{name}</strong> until the
          exception expires. Requests are still decided and recorded as before.
        </>
      }
    >
      <ActionForm
        action={action}
        fields={["days", "network", "comment"]}
        submitLabel="Add exception"
        receipt={receiptText}
        input={(form) => ({
          ...fixed,
          days: span === "other" ? (numberOf(form, "days") ?? Number.NaN) : Number(span),
          network: optionalText(form, "network") ?? null,
          comment: textOf(form, "comment"),
          resolve: form.get("resolve") === "on",
        })}
      >
        {({ errors }) => (
          <>
            <div className="grid gap-4 sm:grid-cols-2">
              <DurationFields span={span} onSpan={setSpan} errors={errors("days")} />
              <TextField
                label="Only from network"
                name="network"
                mono
                placeholder="10.20.0.0/16"
                defaultValue={network ?? ""}
                error={errors("network")}
                hint="An address or a network. Leave empty for anywhere."
                autoComplete="off"
              />
            </div>
            <TextareaField
              label="Reason"
              name="comment"
              required
              rows={2}
              maxLength={1000}
              error={errors("comment")}
              hint="Why this is expected. Recorded in the audit log."
            />
            {status === "resolved" ? (
              <Banner>
                This alert is already resolved. The exception applies to future alerts.
              </Banner>
            ) : (
              <Checkbox
                name="resolve"
                label="Resolve this alert as expected"
                hint="With the same reason. Otherwise the alert stays open."
                defaultChecked
              />
            )}
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}

/** How long the exception lasts: a usual number of days, or another one. */
function DurationFields({
  span,
  onSpan,
  errors,
}: Readonly<{
  span: string;
  onSpan: (span: string) => void;
  errors: string[] | undefined;
}>) {
  const custom = span === "other";
  return (
    <>
      <SelectField
        label="For"
        name="span"
        required
        options={spans}
        value={span}
        onChange={(event) => {
          onSpan(event.target.value);
        }}
        hint={custom ? undefined : "Expires automatically. You can end it earlier."}
        error={custom ? undefined : errors}
      />
      {custom && (
        <TextField
          label="Days"
          name="days"
          type="number"
          inputMode="numeric"
          min={1}
          max={366}
          required
          defaultValue="60"
          error={readableErrors(errors)}
          hint="At most 366."
        />
      )}
    </>
  );
}
