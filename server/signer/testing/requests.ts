import { toPem } from "@/lib/pki/pem";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import type { TestKey } from "@/lib/pki/testdata/authorities";
import { makeRequest } from "@/lib/pki/testdata/requests";

/** A signing request in PEM for DNS names, the first of them the common name; with a new P-256 key unless one is given. */
export async function makeCsr(
  names: readonly string[] = ["pay.example.com"],
  key: TestKey = makeTestKey("ecdsa-p256"),
): Promise<string> {
  const [first = "pay.example.com"] = names;
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
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<{
  code: string;
  kind: string;
  message: string;
  findings: readonly { code: string; path?: string; clause?: string }[];
  details: Readonly<Record<string, unknown>>;
}> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome === null) throw new Error("it was not refused");
  return outcome as Awaited<ReturnType<typeof refusalOf>>;
}
