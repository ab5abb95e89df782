"use client";

import { useState } from "react";
import { FieldGroup } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

const commonMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Common methods as checkboxes, and a text field for the others. */
export function MethodField({
  methods,
  onChange,
  error,
}: Readonly<{
  methods: readonly string[];
  onChange: (methods: string[]) => void;
  error: string[] | undefined;
}>) {
  const [others, setOthers] = useState(
    methods.filter((method) => !commonMethods.includes(method)).join(" "),
  );
  const chosen = commonMethods.filter((method) => methods.includes(method));
  const update = (pills: readonly string[], text: string) => {
    onChange([
      ...pills,
      ...text
        .toUpperCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ]);
  };
  return (
    <FieldGroup label="Methods" hint="None selected means any." error={error}>
      <div className="flex flex-wrap gap-1.5">
        {commonMethods.map((method) => (
          <label
            key={method}
            className="inline-flex h-7 items-center rounded-full border border-border bg-raised px-2.5 font-mono text-xs text-muted hover:border-edge has-checked:border-accent has-checked:bg-accent-soft has-checked:text-text has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent pointer-coarse:h-9"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={chosen.includes(method)}
              onChange={(event) => {
                update(
                  event.target.checked
                    ? [...chosen, method]
                    : chosen.filter((one) => one !== method),
                  others,
                );
              }}
            />
            {method}
          </label>
        ))}
        <span className="w-32">
          <Input
            mono
            aria-label="Other methods"
            placeholder="Other"
            value={others}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setOthers(event.target.value);
              update(chosen, event.target.value);
            }}
          />
        </span>
      </div>
    </FieldGroup>
  );
}
