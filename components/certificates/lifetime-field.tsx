"use client";

import { TextField } from "@/components/ui/input";
import { Time } from "@/components/ui/time";
import { formatDuration, formatExactDuration } from "@/lib/format/duration";
import { describeLifetime, expirationOf, readLifetime } from "@/lib/format/lifetime";

type Props = Readonly<{
  text: string;
  onText: (text: string) => void;
  defaultSeconds: number;
  maxSeconds: number;
  /** When the certificate expires according to the preview; null until there is one. */
  notAfter: string | null;
  /** The server's time, for the expiration date until there is a preview. */
  now: string;
  errors?: readonly string[] | undefined;
}>;

/**
 * The lifetime as people write it, with what it means and the date that follows from it. Empty uses
 * the default of the profile. A lifetime that is too long is rejected by the profile, not here.
 */
export function LifetimeField({
  text,
  onText,
  defaultSeconds,
  maxSeconds,
  notAfter,
  now,
  errors,
}: Props) {
  const lifetime = readLifetime(text);
  const end = notAfter ?? expirationOf(lifetime, defaultSeconds, new Date(now));
  const problem = lifetime.kind === "unreadable" ? [lifetime.message] : errors;
  return (
    <TextField
      label="Lifetime"
      value={text}
      onChange={(event) => {
        onText(event.target.value);
      }}
      placeholder={formatExactDuration(defaultSeconds)}
      error={problem}
      autoComplete="off"
      hint={
        <>
          {lifetime.kind !== "unreadable" && end !== null && (
            <>
              {describeLifetime(lifetime, defaultSeconds)}
              {lifetime.kind === "default" && " by default"}. Expires{" "}
              <Time at={end} show="minute" />.{" "}
            </>
          )}
          The maximum for this profile is {formatDuration(maxSeconds)}.
        </>
      }
    />
  );
}
