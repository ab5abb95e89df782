"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/input";
import { formatDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  defaultSeconds: number;
  maxSeconds: number;
  onSeconds: (seconds: number | undefined) => void;
  errors?: string[] | undefined;
}>;

/** A length of time as people write it. Empty takes the profile's default; what is too long is said, and left to the profile to refuse. */
export function LifetimeField({ defaultSeconds, maxSeconds, onSeconds, errors }: Props) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string>();
  const change = (next: string) => {
    setText(next);
    const seconds = next.trim() === "" ? undefined : parseDuration(next);
    setWrong(
      seconds === null ? "Write a number and a unit, such as 90 days, 12 h or 1 year." : undefined,
    );
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
      error={wrong ? [wrong] : errors}
      autoComplete="off"
      hint={`${formatDuration(defaultSeconds)} if left empty; at most ${formatDuration(maxSeconds)} with this profile.`}
    />
  );
}
