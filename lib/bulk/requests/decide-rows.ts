import type { Actor } from "@/lib/access/actor";
import { sha256Hex } from "@/lib/format/hash";
import { formatIso } from "@/lib/format/time";
import { findIdentityByRef } from "@/lib/identities/read-identities";
import {
  decideIssuance,
  type IssuanceDecision,
  issuanceRequest,
} from "@/lib/issuing/decide-issuance";
import { digestPlan } from "@/lib/issuing/digest-plan";
import { canonicalJson } from "@/lib/log/pure/canonical";
import { describeHeldName } from "@/lib/pki/held-names/held-name";
import { isError } from "@/lib/pki/rule-checks";
import type { ReadyRequest } from "@/lib/bulk/types";
import type { Deps } from "@/lib/runtime/deps";
import type { BulkIssueInput, IssueLine, IssueRow } from "@/lib/bulk/schema";

export type IssueDeps = Pick<Deps, "db" | "clock" | "random" | "publicUrl">;

export type DecidedRows = Readonly<{
  lines: readonly IssueLine[];
  ready: readonly ReadyRequest[];
  sha256: string;
}>;

/** Decides each row as issuing would, without signing or storing anything. */
export async function decideRows(
  deps: IssueDeps,
  actor: Actor,
  { rows }: BulkIssueInput,
): Promise<DecidedRows> {
  const lines: IssueLine[] = [];
  const ready: ReadyRequest[] = [];
  const rowOfKey = new Map<string, string>();
  for (const row of rows) {
    const decided = await decideRow(deps, actor, row);
    const key = decided.keySha256;
    const earlier = key === null ? undefined : rowOfKey.get(key);
    const problems =
      earlier === undefined
        ? decided.line.problems
        : [...decided.line.problems, `${earlier} has the same key. Use a new key for each.`];
    if (key !== null && earlier === undefined) rowOfKey.set(key, row.label);
    lines.push({ ...decided.line, problems });
    if (decided.request !== null && problems.length === 0) ready.push(decided.request);
  }
  const items = ready.map(({ id, previewSha256 }) => [id, previewSha256]);
  return { lines, ready, sha256: sha256Hex(canonicalJson({ act: "issue", items })) };
}

type DecidedRow = Readonly<{
  line: IssueLine;
  request: ReadyRequest | null;
  keySha256: string | null;
}>;

async function decideRow(deps: IssueDeps, actor: Actor, row: IssueRow): Promise<DecidedRow> {
  const { label, profile, csr } = row;
  const empty = { label, profile, identity: null, subject: "", sans: [], notAfter: null };
  const refuse = (problem: string): DecidedRow => ({
    line: { ...empty, addsNames: [], problems: [problem] },
    request: null,
    keySha256: null,
  });
  if (csr.trim() === "")
    return refuse("There is no CSR: the row has none, or its file is missing.");
  if (profile === "")
    return refuse("There is no profile. Enter one in the row, or choose one for all.");
  const identity = row.identity === "" ? null : await findIdentityByRef(deps, row.identity);
  if (identity === null)
    return refuse(
      row.identity === ""
        ? "There is no identity. Enter its name or ID."
        : `No identity has the name or ID ${row.identity}.`,
    );
  const input = { profile, identity: identity.id, csr };
  const decided = await decideIssuance(deps, issuanceRequest(actor, "all", input), true);
  return {
    line: {
      ...empty,
      identity: { id: identity.id, name: identity.name },
      subject: decided.plan?.subjectText ?? decided.csr?.subjectText ?? "",
      sans: (decided.plan?.sans ?? []).map(({ value }) => value),
      notAfter: decided.plan && formatIso(decided.plan.notAfter),
      addsNames: decided.plan === null ? [] : decided.names.toAdd.map(describeHeldName),
      problems: decided.findings.filter(isError).map(({ message }) => message),
    },
    request: requestOf(label, decided),
    keySha256: decided.csr && Buffer.from(decided.csr.key.spkiSha256).toString("hex"),
  };
}

function requestOf(label: string, decided: IssuanceDecision): ReadyRequest | null {
  const { plan, profile, identity, issuer, csr, names, findings, now } = decided;
  if (!plan || !profile || !identity || !issuer || !csr || findings.some(isError)) return null;
  const request = {
    identityId: identity.id,
    profileId: profile.id,
    csrDer: csr.der,
    addNames: names.toAdd.map(({ type, value }) => ({ type, value })),
  };
  const previewSha256 = digestPlan(plan, {}, { profile, issuer, now });
  return { id: digestRequest(request), label, ...request, previewSha256 };
}

/** What identifies a request: the entry of the start has the digest of all of them. */
export const digestRequest = ({
  identityId,
  profileId,
  csrDer,
  addNames,
}: Pick<ReadyRequest, "identityId" | "profileId" | "csrDer" | "addNames">): string =>
  sha256Hex(
    canonicalJson({
      identityId,
      profileId,
      csr: Buffer.from(csrDer).toString("hex"),
      addNames: addNames.map(({ type, value }) => `${type}:${value}`),
    }),
  );
