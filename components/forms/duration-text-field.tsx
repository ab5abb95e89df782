import type { ReactNode } from "react";
import { TextField } from "@/components/ui/input";
import { formatExactDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  label: string;
  name: string;
  seconds: number;
  error: string[] | undefined;
  hint?: ReactNode;
}>;

/** What to enter where a text is not a duration. */
const durationHelp = "Enter a number and a unit, such as 90 days, 12 hours or 1 year.";

/**
 * The duration in a text field, in seconds. NaN for any other text, so that the schema rejects it at
 * its field.
 */
export function secondsOf(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** A duration as people write it, exact to the second: saving it unchanged changes nothing. */
export function DurationTextField({ label, name, seconds, error, hint }: Props) {
  const messages = error?.map((message) => (message.includes("NaN") ? durationHelp : message));
  return (
    <TextField
      label={label}
      name={name}
      required
      defaultValue={formatExactDuration(seconds)}
      error={messages}
      hint={hint}
      autoComplete="off"
    />
  );
}
