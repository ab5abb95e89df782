const responded = (status: string): RegExp => new RegExp(`^The receiver responded ${status}\\b`);

/** What to do about the result of a failed attempt; the first that matches. */
const advice: readonly (readonly [pattern: RegExp, text: string])[] = [
  // A response says more than words in it, which are the receiver's.
  [responded("3\\d\\d"), "Edit the destination to do so."],
  [
    responded("40[13]"),
    "The receiver rejects the credentials. Edit the destination, and enter them again.",
  ],
  [
    responded("(404|410)"),
    "The receiver doesn't know this URL. Get the current one there, and enter it.",
  ],
  [responded("429"), "The receiver limits how often it is called. Waiting helps."],
  [responded("5\\d\\d"), "The receiver has an internal error. Look into its logs."],
  [responded("4\\d\\d"), "The receiver rejects the message. Look into its logs."],
  [
    /could not be resolved|hostname not found/,
    "Check the hostname for typing errors, or add it to DNS.",
  ],
  [/deliveries do not reach/, "Otherwise edit the destination."],
  [
    /connection refused/,
    "Check the port, and that the receiver is running and accepts connections from this host.",
  ],
  [
    /No response within|timed out|no route to host|connection reset|closed without a response/,
    "Check that the receiver is running, and that no firewall is between it and this host.",
  ],
  [
    /^The TLS connection/,
    "Check the certificate of the receiver. If it is from a private CA, add that CA to this destination.",
  ],
  [
    /encrypted with another key|settings of this destination can't be read/,
    "Edit the destination, and enter its secret again.",
  ],
  [
    /^The mail server responded: 5(30|34|35)\b/,
    "The mail server rejects the credentials. Edit the destination, and enter them again.",
  ],
];

/** What to do next about a failed attempt with this answer. */
export const adviceFor = (answer: string): string =>
  advice.find(([pattern]) => pattern.test(answer))?.[1] ?? "Check the settings, then send a test.";
