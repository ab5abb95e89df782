import { AppError } from "@/lib/errors/app-error";

/** A delivery that did not get through, in words for the history: never a secret. */
export const unreachable = (what: string, cause?: unknown): AppError =>
  new AppError("delivery.unreachable", `${what}.`, {
    kind: "unavailable",
    ...(cause === undefined ? {} : { cause }),
  });
/** The other side answered, and said no. */
export const turnedDown = (what: string): AppError =>
  new AppError("delivery.refused", `${what}.`, { kind: "unavailable" });

const known: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to it",
  ETIMEDOUT: "no answer",
  EPIPE: "it closed the connection",
  ENOTFOUND: "no such host",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is of an authority that is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is of an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is of an authority that is not trusted",
};

/** What went wrong with a connection, in a few words. */
export function wordsOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code,
    text = error instanceof Error ? error.message : String(error);
  // The mail library puts a code of its own over that of TLS.
  if (text.startsWith("Hostname/IP does not match certificate"))
    return known["ERR_TLS_CERT_ALTNAME_INVALID"] ?? text;
  return known[code ?? ""] ?? oneLine(text, 160);
}

/** Text of the other side as one short line that can stand anywhere. */
export function oneLine(text: string, most: number): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\s]+/gu, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
