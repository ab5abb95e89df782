import type { ReactNode } from "react";
import { TextField } from "@/components/ui/input";
import { formatDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  label: string;
  name: string;
  seconds: number;
  error: string[] | undefined;
  hint?: ReactNode;
}>;

/** What to enter where a text is not a duration. */
export const durationHelp = "Enter a number and a unit, such as 90 days, 12 h or 1 year.";

/**
 * The duration in a text field, in seconds. NaN for any other text, so that the schema rejects it at
 * its field.
 */
export function secondsOf(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** A duration as people write it. */
export function DurationTextField({ label, name, seconds, error, hint }: Props) {
  const messages = error?.map((message) => (message.includes("NaN") ? durationHelp : message));
  return (
    <TextField
      label={label}
      name={name}
      required
      defaultValue={formatDuration(seconds)}
      error={messages}
      hint={hint}
      autoComplete="off"
    />
  );
}
