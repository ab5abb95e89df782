import type { CaaRecord } from "node:dns";
import { AppError } from "@/lib/errors/app-error";
import { makeResolver, queryDns } from "./resolver";
import type { Attempt } from "./types";

type AnyRecord = CaaRecord & Readonly<Record<string, unknown>>;
const known: ReadonlySet<string> = new Set([
  "issue",
  "issuewild",
  "iodef",
  "issuemail",
  "contactemail",
  "contactphone",
]);

/**
 * The CAA records nearest to the name (RFC 8659) allow the domain of this authority, or there are
 * none. Errors: `acme.caa`, `acme.dns`.
 */
export async function checkCaa(attempt: Attempt, issuerDomain: string): Promise<void> {
  const { type, value } = attempt.identifier;
  if (type === "ip") return;
  const isWildcard = value.startsWith("*.");
  const labels = value.replace(/^\*\./, "").split(".");
  for (let at = 0; at < labels.length; at++) {
    const name = labels.slice(at).join(".");
    const records = (await queryDns(`the CAA records of ${name}`, () =>
      makeResolver(attempt).resolveCaa(name),
    )) as AnyRecord[];
    if (records.length > 0) {
      assertAllowed(name, records, isWildcard, issuerDomain);
      return;
    }
  }
}

function assertAllowed(
  name: string,
  records: readonly AnyRecord[],
  isWildcard: boolean,
  issuerDomain: string,
): void {
  const tagOf = (record: AnyRecord): string =>
    Object.keys(record).find((key) => key !== "critical" && key !== "type") ?? "";
  const forbidden = (why: string): AppError =>
    new AppError("acme.caa", `The CAA records of ${name} ${why}.`);
  if (records.some((record) => record.critical > 0 && !known.has(tagOf(record).toLowerCase())))
    throw forbidden("have a critical property that is not understood");
  const wild = records.filter((record) => tagOf(record) === "issuewild");
  const relevant =
    isWildcard && wild.length > 0 ? wild : records.filter((r) => tagOf(r) === "issue");
  if (relevant.length === 0) return;
  const domains = relevant.map((record) => String(record[tagOf(record)]).split(";")[0]?.trim());
  if (!domains.includes(issuerDomain)) throw forbidden(`don't name ${issuerDomain}`);
}
