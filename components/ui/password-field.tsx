"use client";

import { useState } from "react";
import { Field, type FieldProps } from "./field";
import { Input, type InputProps } from "./input";

/** A password with its label, and a button that shows what is typed. */
export function PasswordField({
  label,
  hint,
  error,
  required,
  aside,
  id,
  ...rest
}: FieldProps & Omit<InputProps, "type" | "mono">) {
  const [shown, setShown] = useState(false);
  return (
    <Field {...{ label, hint, error, required, aside, id }}>
      {(wiring) => (
        <span className="relative block [&>input]:pr-16">
          <Input
            {...rest}
            {...wiring}
            required={required}
            type={shown ? "text" : "password"}
            autoCapitalize="none"
            spellCheck={false}
          />
          <button
            type="button"
            aria-pressed={shown}
            aria-controls={wiring.id}
            onClick={() => {
              setShown(!shown);
            }}
            className="absolute inset-y-1 right-1 rounded-sm px-2 text-xs font-medium text-muted hover:bg-hover hover:text-text"
          >
            {shown ? "Hide" : "Show"}
          </button>
        </span>
      )}
    </Field>
  );
}
