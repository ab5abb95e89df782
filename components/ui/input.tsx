import clsx from "clsx";
import type { ComponentProps } from "react";
import { controlStyle } from "./control-style";
import { Field, type FieldProps } from "./field";

export type InputProps = Omit<ComponentProps<"input">, "className" | "style" | "size"> &
  Readonly<{ mono?: boolean | undefined }>;

/** A single-line input. `mono` for serial numbers, fingerprints and hostnames. */
export function Input({ mono, type = "text", ...rest }: InputProps) {
  return (
    <input
      {...rest}
      type={type}
      className={clsx(controlStyle, "h-8 pointer-coarse:h-10", mono && "font-mono")}
    />
  );
}

/** A single-line input with label, hint and error. */
export function TextField({
  label,
  hint,
  error,
  required,
  hideLabel,
  aside,
  id,
  ...rest
}: FieldProps & InputProps) {
  return (
    <Field {...{ label, hint, error, required, hideLabel, aside, id }}>
      {(wiring) => <Input {...rest} {...wiring} required={required} />}
    </Field>
  );
}
