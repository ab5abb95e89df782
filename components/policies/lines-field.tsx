"use client";

import { useState } from "react";
import { TextareaField } from "@/components/ui/textarea";

type Props = Readonly<{
  label: string;
  lines: readonly string[];
  onChange: (lines: string[]) => void;
  error: string[] | undefined;
  hint?: string | undefined;
  placeholder?: string | undefined;
}>;

/**
 * A list as text, one item per line. The text stays as typed; the value is trimmed, without empty
 * lines.
 */
export function LinesField({ label, lines, onChange, error, hint, placeholder }: Props) {
  const [text, setText] = useState(lines.join("\n"));
  return (
    <TextareaField
      label={label}
      mono
      rows={Math.min(8, Math.max(3, text.split("\n").length))}
      value={text}
      error={error}
      hint={hint}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => {
        setText(event.target.value);
        onChange(
          event.target.value
            .split("\n")
            .map((line) => line.trim())
            .filter(Boolean),
        );
      }}
    />
  );
}
