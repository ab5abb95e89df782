"use client";

import { CommentField } from "@/components/forms/comment-field";
import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Grid } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { RuleDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount } from "@/lib/format/count";
import { severityOrder, severityLabels } from "@/components/shared/severity-labels";

type Value = RuleDto["values"][number];

const format = (value: number): string =>
  Number.isInteger(value) ? formatCount(value) : String(value);

/** The settings of one rule, each with its default. */
export function RuleDialog({
  trigger,
  rule,
  action,
}: Readonly<{ trigger: ReactElement; rule: RuleDto; action: ServerAction<RuleDto> }>) {
  const { name, title, explanation, severity, defaultSeverity, values } = rule;
  const defaultValueOption = "default";
  return (
    <Dialog trigger={trigger} title={title} description={explanation}>
      <ActionForm
        action={action}
        fields={["severity", "comment", ...values.map(({ key }) => `values.${key}`)]}
        submitLabel="Save"
        receipt="Rule changed."
        input={(form) => {
          const given = textOf(form, "severity");
          return {
            name,
            severity: given === defaultValueOption ? null : given,
            values: valuesOf(form, values),
            comment: textOf(form, "comment"),
          };
        }}
      >
        {({ errors }) => (
          <>
            <SelectField
              label="Severity"
              name="severity"
              required
              error={errors("severity")}
              defaultValue={severity === defaultSeverity ? defaultValueOption : severity}
              options={[
                {
                  value: defaultValueOption,
                  label: `${severityLabels[defaultSeverity]} (default)`,
                },
                ...severityOrder
                  .filter((value) => value !== defaultSeverity)
                  .map((value) => ({ value, label: severityLabels[value] })),
              ]}
            />
            {values.length > 0 && (
              <Grid columns={2}>
                {values.map((value) => (
                  <ValueField key={value.key} value={value} error={errors(`values.${value.key}`)} />
                ))}
              </Grid>
            )}
            <CommentField
              maxLength={1000}
              error={errors("comment")}
              hint="Why you’re changing it. Recorded in the audit log."
            />
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}

function ValueField({
  value: { key, label, unit, value, defaultValue, min, max },
  error,
}: Readonly<{ value: Value; error: string[] | undefined }>) {
  return (
    <TextField
      label={label}
      name={`values.${key}`}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      step="any"
      required
      defaultValue={String(value)}
      error={error?.map((text) => (text.startsWith("Invalid input") ? "Enter a number." : text))}
      hint={`In ${unit}, ${format(min)} to ${format(max)}. Default ${format(defaultValue)}.`}
    />
  );
}

const valuesOf = (form: FormData, values: readonly Value[]) =>
  Object.fromEntries(values.map(({ key }) => [key, numberOf(form, `values.${key}`) ?? Number.NaN]));
