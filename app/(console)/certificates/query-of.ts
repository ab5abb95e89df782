import type { listStates } from "@/components/certificates/certificate-filters";
import type { CertificateQuery } from "@/lib/certificates/schema";

const thirtyDaysMs = 30 * 86_400_000;

export type ListQuery = Omit<CertificateQuery, "state"> & Readonly<{ state?: (typeof listStates)[number] | undefined }>;

/** What the list of certificates asks for. "expiring" is a word of the console: valid, and ending within thirty days. */
export function queryOf({ state, ...rest }: ListQuery, now: Date): CertificateQuery {
  if (state !== "expiring") return state === undefined ? rest : { ...rest, state };
  const horizon = new Date(now.getTime() + thirtyDaysMs).toISOString();
  const asked = rest.expiresBefore;
  return { ...rest, state: "valid", expiresBefore: asked !== undefined && Date.parse(asked) < Date.parse(horizon) ? asked : horizon };
}
