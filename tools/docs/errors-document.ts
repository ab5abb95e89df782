import { accessCodes } from "@/lib/errors/codes/access";
import { acmeCodes } from "@/lib/errors/codes/acme";
import { alertCodes } from "@/lib/errors/codes/alerts";
import { nameCodes } from "@/lib/errors/codes/names";
import { certificateCodes } from "@/lib/errors/codes/certificates";
import { compatCodes } from "@/lib/errors/codes/compat";
import { enrollmentCodes } from "@/lib/errors/codes/enrollment";
import { logCodes } from "@/lib/errors/codes/log";
import { pkiCodes } from "@/lib/errors/codes/pki";
import { policyCodes } from "@/lib/errors/codes/policies";
import { proofCodes } from "@/lib/errors/codes/proofs";
import { requestCodes } from "@/lib/errors/codes/requests";
import { signerCodes } from "@/lib/errors/codes/signer";
import { witnessCodes } from "@/lib/errors/codes/witness";
import { httpStatusOf } from "@/lib/errors/http-status";
import type { ErrorCode } from "@/lib/errors/codes";

type Chapter = Readonly<{ title: string; codes: Readonly<Partial<Record<ErrorCode, unknown>>> }>;

/** The chapters of docs/errors.md; together they hold every code of the catalogue, each once. */
export const chapters: readonly Chapter[] = [
  { title: "Requests", codes: requestCodes },
  { title: "Accounts, sessions, tokens and setup", codes: accessCodes },
  { title: "Certificates, identities, profiles and authorities", codes: certificateCodes },
  { title: "Names of identities", codes: nameCodes },
  { title: "X.509 objects and addresses", codes: pkiCodes },
  { title: "Access policies, proxies and events", codes: policyCodes },
  { title: "Alerts and delivery", codes: alertCodes },
  { title: "The audit log", codes: logCodes },
  { title: "Proofs, notes and exports", codes: proofCodes },
  { title: "The signer", codes: signerCodes },
  { title: "The witness", codes: witnessCodes },
  { title: "Enrollment by ACME", codes: acmeCodes },
  { title: "Enrollment by secrets and EST", codes: enrollmentCodes },
  { title: "Compatible APIs", codes: compatCodes },
];

const introduction = `# Errors

Every error that Chancery answers or prints has a stable code. Over HTTP it is the \`code\` of a
problem document (\`application/problem+json\`, RFC 9457); everything that is wrong with the input is
listed in \`errors\`, and \`entryId\` names the audit log entry that recorded the refusal, where the
operation itself recorded it. The HTTP status follows from the code alone. Codes never change their
meaning; new ones are added.

The commands (\`chancery verify\`, \`chancery witness\` …) use the same codes; the status is then only
a hint at the kind of error.

This file is written by \`npm run docs:errors\` from lib/errors/codes.
`;

/**
 * docs/errors.md: each code of the catalogue with its HTTP status, when it occurs and what to do.
 */
export function renderErrorsDocument(): string {
  return [introduction, ...chapters.map(renderChapter)].join("\n");
}

function renderChapter({ title, codes }: Chapter): string {
  const rows = (Object.entries(codes) as [ErrorCode, { text: string }][])
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, { text }]) => [`\`${code}\``, String(httpStatusOf(code)), text]);
  const table = renderTable([["Code", "Status", "When it occurs, and what to do"], ...rows]);
  return [`## ${title}`, "", ...table, ""].join("\n");
}

/** A Markdown table as the formatter writes it: every column as wide as its widest cell. */
function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => "-".repeat(width));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [head, rule, ...rows].map(line);
}
