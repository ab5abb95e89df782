import clsx from "clsx";
import type { ComponentProps } from "react";
import { controlStyle } from "./control-style";
import { Field, type FieldProps } from "./field";

export type TextareaProps = Omit<ComponentProps<"textarea">, "className" | "style"> &
  Readonly<{ mono?: boolean | undefined }>;

/** Several lines of text. */
export function Textarea({ mono, rows = 3, ...rest }: TextareaProps) {
  return (
    <textarea
      {...rest}
      rows={rows}
      className={clsx(controlStyle, "resize-y py-1.5", mono && "font-mono text-xs whitespace-pre")}
    />
  );
}

/** Several lines of text with label, hint and error. */
export function TextareaField({
  label,
  hint,
  error,
  required,
  hideLabel,
  aside,
  id,
  ...rest
}: FieldProps & TextareaProps) {
  return (
    <Field {...{ label, hint, error, required, hideLabel, aside, id }}>
      {(wiring) => <Textarea {...rest} {...wiring} required={required} />}
    </Field>
  );
}
