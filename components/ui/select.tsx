import clsx from "clsx";
import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { controlStyle } from "./control-style";
import { Field, type FieldProps } from "./field";

export type SelectOption = Readonly<{
  value: string;
  label: string;
  disabled?: boolean | undefined;
}>;

export type SelectProps = Omit<
  ComponentProps<"select">,
  "className" | "style" | "size" | "children"
> &
  Readonly<{
    options: readonly SelectOption[];
    /** A first, empty choice: "Choose a profile". */
    placeholder?: string | undefined;
  }>;

/** A native select: works without script, with any keyboard, on any phone. */
export function Select({ options, placeholder, ...rest }: SelectProps) {
  return (
    <span className="relative block">
      <select
        {...rest}
        className={clsx(controlStyle, "h-8 appearance-none pr-8 pointer-coarse:h-10")}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map(({ value, label, disabled }) => (
          <option key={value} value={value} disabled={disabled} className="bg-raised text-text">
            {label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 size-4 -translate-y-1/2 text-muted"
      />
    </span>
  );
}

/** A select with label, hint and error. */
export function SelectField({
  label,
  hint,
  error,
  required,
  hideLabel,
  aside,
  id,
  ...rest
}: FieldProps & SelectProps) {
  return (
    <Field {...{ label, hint, error, required, hideLabel, aside, id }}>
      {(wiring) => <Select {...rest} {...wiring} required={required} />}
    </Field>
  );
}
