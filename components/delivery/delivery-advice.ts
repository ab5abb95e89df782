/** What to do about the result of a failed attempt; the first that matches. */
const advice: readonly (readonly [pattern: RegExp, text: string])[] = [
  [
    /could not be resolved|hostname not found/,
    "Check the hostname for typing errors, or add it to DNS.",
  ],
  [
    /CHANCERY_OUTBOUND_ALLOW|deliveries do not reach/,
    "Name the address in CHANCERY_OUTBOUND_ALLOW if it is intended, or use another.",
  ],
  [
    /connection refused/,
    "Check the port, and that the receiver is running and accepts connections from this host.",
  ],
  [
    /No response within|timed out|no route to host|connection reset/,
    "Check that the receiver is running, and that no firewall is between it and this host.",
  ],
  [
    /certificate|TLS/i,
    "Check the certificate of the receiver. If it is from a private CA, add that CA to this destination.",
  ],
  [
    /encrypted with another key|settings of this destination/,
    "Edit the destination, and enter its secret again.",
  ],
  [
    /^(401|403)\b|authentication|535\b/i,
    "The receiver rejects the credentials. Edit the destination, and enter them again.",
  ],
  [/^(404|410)\b/, "The receiver doesn't know this URL. Get the current one there, and enter it."],
  [/^429\b/, "The receiver limits how often it is called. Waiting helps."],
  [/^5\d\d\b/, "The receiver has an error of its own. Look into its logs."],
];

/** What to do next about a failed attempt with this answer. */
export const adviceFor = (answer: string): string =>
  advice.find(([pattern]) => pattern.test(answer))?.[1] ?? "Check the settings, then send a test.";
