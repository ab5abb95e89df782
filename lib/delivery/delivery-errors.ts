import { AppError } from "@/lib/errors/app-error";

/** The receiver could not be reached. The message goes into the history and has no secret in it. */
export const deliveryUnreachable = (message: string, cause?: unknown): AppError =>
  new AppError("delivery.unreachable", message, { cause });

/** The receiver responded, but did not accept the delivery. The message goes into the history. */
export const deliveryRefused = (message: string): AppError =>
  new AppError("delivery.refused", message);

const untrusted = "the CA of its certificate is not trusted";
const connectionErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "no route to host",
  ETIMEDOUT: "timed out",
  EPIPE: "connection closed by the receiver",
  ENOTFOUND: "hostname not found",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/** What went wrong with a connection, in a few words. */
export function connectionErrorText(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const text = error instanceof Error ? error.message : String(error);
  // The mail library replaces the code of the TLS error with its own.
  if (text.startsWith("Hostname/IP does not match certificate"))
    return connectionErrors["ERR_TLS_CERT_ALTNAME_INVALID"] ?? text;
  return connectionErrors[code ?? ""] ?? oneLine(text, 160);
}

/** Text from outside as one line of bounded length, without control characters. */
export function oneLine(text: string, maxLength: number): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\s]+/gu, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
