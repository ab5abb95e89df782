"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Grid } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { RuleDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount } from "@/lib/format/count";
import { severityOrder, severityWords } from "./alert-words";

type Value = RuleDto["values"][number];

const said = (value: number): string =>
  Number.isInteger(value) ? formatCount(value) : String(value);

/** What can be set of one rule, each beside its default. */
export function RuleDialog({
  trigger,
  rule,
  action,
}: Readonly<{ trigger: ReactElement; rule: RuleDto; action: ServerAction<RuleDto> }>) {
  const { name, title, explanation, severity, defaultSeverity, values } = rule;
  const usual = "default";
  return (
    <Dialog trigger={trigger} title={title} description={explanation}>
      <ActForm
        action={action}
        fields={["severity", "comment", ...values.map(({ key }) => `values.${key}`)]}
        submitLabel="Save"
        receipt="Rule changed."
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => {
          const given = textOf(form, "severity");
          return {
            name,
            severity: given === usual ? null : given,
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
              defaultValue={severity === defaultSeverity ? usual : severity}
              options={[
                { value: usual, label: `${severityWords[defaultSeverity]} (default)` },
                ...severityOrder
                  .filter((value) => value !== defaultSeverity)
                  .map((value) => ({ value, label: severityWords[value] })),
              ]}
            />
            {values.length > 0 && (
              <Grid columns={2}>
                {values.map((value) => (
                  <ValueField key={value.key} value={value} error={errors(`values.${value.key}`)} />
                ))}
              </Grid>
            )}
            <TextareaField
              label="Comment"
              name="comment"
              rows={2}
              maxLength={1000}
              error={errors("comment")}
              hint="Why it is changed. It stands on the record."
            />
          </>
        )}
      </ActForm>
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
      error={error?.map((text) => (text.startsWith("Invalid input") ? "Write a number." : text))}
      hint={`In ${unit}, ${said(min)} to ${said(max)}. Default ${said(defaultValue)}.`}
    />
  );
}

const valuesOf = (form: FormData, values: readonly Value[]) =>
  Object.fromEntries(values.map(({ key }) => [key, numberOf(form, `values.${key}`) ?? Number.NaN]));
