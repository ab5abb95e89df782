import type { AppError } from "@/lib/errors/app-error";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { AcmeProblem } from "./types";

/** The types of RFC 8555 section 6.7, RFC 9773 and ACME profiles, by our codes. */
const typeOfKind: Readonly<Partial<Record<string, string>>> = {
  malformed: "malformed",
  invalid: "unauthorized",
  forbidden: "unauthorized",
  unauthenticated: "unauthorized",
  "not-found": "malformed",
  "rate-limited": "rateLimited",
};
const special: Readonly<Partial<Record<string, string>>> = {
  "certificate.refused": "rejectedIdentifier",
  "acme.bad-csr": "badCSR",
  "acme.key-in-use": "malformed",
  "acme.not-found": "malformed",
  "acme.no-key": "serverInternal",
};
const camelCase = (text: string): string =>
  text.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Another key is all that it needs: nothing is wrong with the names. */
const isForItsKey = ({ findings }: Pick<AppError, "findings">): boolean =>
  findings.length > 0 && findings.every(({ code }) => code === "key.blocked");

/** `urn:ietf:params:acme:error:badNonce` of an error. */
export function problemType(error: Pick<AppError, "code" | "kind" | "findings">): string {
  const { code, kind } = error;
  const name =
    (code === "certificate.refused" && isForItsKey(error) ? "badCSR" : special[code]) ??
    (code.startsWith("acme.")
      ? camelCase(code.slice("acme.".length))
      : (typeOfKind[kind] ?? "serverInternal"));
  return `urn:ietf:params:acme:error:${name}`;
}

/** The status of a code over ACME; the key changes' conflict has one of its own (section 7.3.5). */
export const problemStatus = ({ code }: Pick<AppError, "code">): number =>
  code === "acme.external-account-required" ? 403 : httpStatusOf(code);

/** A problem as it is kept with the order or authorization that failed. */
export const storedProblem = (error: AppError): AcmeProblem => ({
  type: problemType(error),
  detail: [error.message, ...error.findings.slice(0, 5).map(({ message }) => message)]
    .filter((text, at, all) => all.indexOf(text) === at)
    .join(" ")
    .slice(0, 2000),
  status: problemStatus(error),
});
