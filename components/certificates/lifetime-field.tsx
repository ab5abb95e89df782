"use client";

import { useState } from "react";
import { durationHelp } from "@/components/forms/duration-text-field";
import { TextField } from "@/components/ui/input";
import { formatDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  defaultSeconds: number;
  maxSeconds: number;
  onSeconds: (seconds: number | undefined) => void;
  errors?: string[] | undefined;
}>;

/**
 * The lifetime as people write it. Empty uses the default of the profile. A lifetime that is too long
 * is rejected by the profile, not here.
 */
export function LifetimeField({ defaultSeconds, maxSeconds, onSeconds, errors }: Props) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const change = (next: string) => {
    setText(next);
    const seconds = next.trim() === "" ? undefined : parseDuration(next);
    setError(seconds === null ? durationHelp : undefined);
    if (seconds !== null) onSeconds(seconds);
  };
  return (
    <TextField
      label="Lifetime"
      value={text}
      onChange={(event) => {
        change(event.target.value);
      }}
      placeholder={formatDuration(defaultSeconds)}
      error={error ? [error] : errors}
      autoComplete="off"
      hint={`${formatDuration(defaultSeconds)} if left empty. The maximum for this profile is ${formatDuration(maxSeconds)}.`}
    />
  );
}
