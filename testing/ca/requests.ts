import type { AppError } from "@/lib/errors/app-error";
import { toPem } from "@/lib/pki/pem";
import { makeTestKey } from "@/testing/pki/authorities";
import type { TestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";

let requests = 0;
/** A name that no other request of this process has, because a name belongs to one identity. */
const freshName = (): string => `pay-${(requests += 1)}.example.com`;

/**
 * A signing request in PEM for DNS names, the first of them the common name; for a name of its own
 * and with a new P-256 key unless they are given.
 */
export async function makeCsr(
  names: readonly string[] = [freshName()],
  key: TestKey = makeTestKey("ecdsa-p256"),
): Promise<string> {
  const [first = freshName()] = names;
  return toPem(
    "CERTIFICATE REQUEST",
    await makeRequest(key, {
      subject: [{ type: "CN", value: first }],
      sans: names.map((value) => ({ type: "dns", value })),
    }),
  );
}

/** The same as an array of DNS names by index, for many at once. */
export const manyCsrs = (count: number, prefix = "host"): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) => makeCsr([`${prefix}-${index}.example.com`])),
  );

/** The error that a promise ends with; fails the test if it ends well. */
export async function refusalOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome === null) throw new Error("it was not refused");
  return outcome as AppError;
}

/** A request for the DNS names of a certificate, with a new key: what rotates it. */
export const makeSuccessorCsr = (
  { sans }: Readonly<{ sans: readonly Readonly<{ value: string }>[] }>,
  key?: TestKey,
): Promise<string> =>
  makeCsr(
    sans.map(({ value }) => value),
    key,
  );
