import { z } from "zod";
import {
  alertQuery,
  resolutions,
  resolveInput,
  type Resolution,
  type Severity,
} from "@/lib/alerts/schema";
import { note, optionalLabel } from "@/lib/format/label";
import { certificateQuery, requestRotationInput, revokeInput } from "@/lib/certificates/schema";
import { identityChange, identityQuery } from "@/lib/identities/schema";

/** What is done to each certificate of a selection. */
export const certificateActs = [
  "revoke",
  "hold",
  "release",
  "request-rotation",
  "cancel-rotation-request",
] as const;
export type CertificateAct = (typeof certificateActs)[number];
/** What is done to each identity of a selection. */
export const identityActs = ["suspend", "activate", "assign"] as const;
export type IdentityAct = (typeof identityActs)[number];
/** What is done to each alert of a selection. */
export const alertActs = ["acknowledge", "assign-alert", "resolve"] as const;
export type AlertAct = (typeof alertActs)[number];
const selectionActs = [...certificateActs, ...identityActs, ...alertActs] as const;
/** `issue` takes requests instead of a selection. */
export const bulkActs = [...selectionActs, "issue"] as const;
export type BulkAct = (typeof bulkActs)[number];

export const changesIdentities = (act: BulkAct): act is IdentityAct =>
  identityActs.some((one) => one === act);
export const changesAlerts = (act: BulkAct): act is AlertAct =>
  alertActs.some((one) => one === act);
export type BulkNoun = "certificates" | "identities" | "alerts";
/** What it changes. */
export function nounOf(act: BulkAct): BulkNoun {
  if (changesAlerts(act)) return "alerts";
  return changesIdentities(act) ? "identities" : "certificates";
}

/** The most certificates, identities or alerts that one bulk action takes; lists count as far. */
export const maxBulkItems = 10_000;

/** Filters of the list of certificates. They are recorded, so what is not seen is refused. */
export const bulkFilter = certificateQuery
  .omit({ cursor: true, limit: true, sort: true, ids: true })
  .extend({ q: optionalLabel(256).optional(), serial: optionalLabel(128).optional() });
export type BulkFilter = z.infer<typeof bulkFilter>;
/** Filters of the list of identities. */
export const bulkIdentityFilter = identityQuery
  .omit({ cursor: true, limit: true, ids: true })
  .extend({ q: optionalLabel(256).optional(), holds: optionalLabel(2048).optional() });
export type BulkIdentityFilter = z.infer<typeof bulkIdentityFilter>;
/** Filters of the list of alerts. */
export const bulkAlertFilter = alertQuery.omit({ cursor: true, limit: true }).extend({
  q: optionalLabel(256).optional(),
  subject: optionalLabel(200).optional(),
  assigned: optionalLabel(64).optional(),
});
export type BulkAlertFilter = z.infer<typeof bulkAlertFilter>;

const { comment, invalidityDate } = revokeInput.shape;
const inputShape = {
  act: z.enum(selectionActs),
  /** Certificates by ID, instead of a filter. */
  ids: z.array(z.string().max(64)).min(1, "Select a certificate.").max(maxBulkItems).optional(),
  filter: bulkFilter.optional(),
  /**
   * Identities by ID, or by the filters of their list: to be changed, or, for an action on
   * certificates, those whose certificates are.
   */
  identities: z
    .array(z.string().max(64))
    .min(1, "Select an identity.")
    .max(maxBulkItems)
    .optional(),
  identityFilter: bulkIdentityFilter.optional(),
  /** Alerts, by ID or by the filters of their list. */
  alerts: z.array(z.string().max(64)).min(1, "Select an alert.").max(maxBulkItems).optional(),
  alertFilter: bulkAlertFilter.optional(),
  /** How many the list showed for the filter. */
  count: z.number().int().min(0).optional(),
  /** Why they are revoked; for `revoke` only. */
  reason: revokeInput.shape.reason.exclude(["certificateHold"]).optional(),
  /** Who owns the identities from now on; for `assign` only. */
  owner: identityChange.shape.owner,
  /** The user who handles the alerts from now on, or null for none; for `assign-alert` only. */
  assignee: z.string().max(64).nullable().optional(),
  /** What the alerts turned out to be; for `resolve` only. */
  resolution: z.enum(resolutions).optional(),
  /** Until when they are to be replaced; for `request-rotation` only, and in a week if absent. */
  replaceBy: requestRotationInput.shape.replaceBy,
  comment,
  invalidityDate,
};
/** What a dry run counted; the action is refused if it would do anything else. */
const expected = z.strictObject({
  count: z.number().int().min(1, "Nothing of the selection can be changed."),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "Send the digest of a dry run."),
});

type Selection = Readonly<{
  act: BulkAct;
  ids?: readonly string[] | undefined;
  filter?: BulkFilter | undefined;
  identities?: readonly string[] | undefined;
  identityFilter?: BulkIdentityFilter | undefined;
  alerts?: readonly string[] | undefined;
  alertFilter?: BulkAlertFilter | undefined;
  count?: number | undefined;
  reason?: string | undefined;
  owner?: string | undefined;
  assignee?: string | null | undefined;
  resolution?: Resolution | undefined;
  replaceBy?: string | undefined;
  invalidityDate?: string | undefined;
}>;
type Problem = readonly [path: string, message: string];

const isGiven = (value: unknown): boolean => value !== undefined;

function* problemsOfItems(input: Selection): Generator<Problem> {
  const { act, ids, filter, identities, identityFilter, alerts, alertFilter } = input;
  const ofAlerts = [alerts, alertFilter].some(isGiven);
  const others = [ids, filter, identities, identityFilter];
  if ([...others, alerts, alertFilter].filter(isGiven).length !== 1)
    yield ["ids", "Send either IDs or a filter."];
  if (changesIdentities(act) && [ids, filter].some(isGiven))
    yield ["identities", "Send identities, by ID or by a filter."];
  if (changesAlerts(act) !== ofAlerts)
    yield ["alerts", "Send alerts, by ID or by a filter, for actions on alerts only."];
  const isFiltered = [filter, identityFilter, alertFilter].some(isGiven);
  if (isFiltered !== isGiven(input.count))
    yield ["count", "Send the count that the list showed, with a filter only."];
}

function* problemsOf(input: Selection): Generator<Problem> {
  const { act } = input;
  yield* problemsOfItems(input);
  if ((act === "revoke") !== (input.reason !== undefined))
    yield ["reason", "Send a reason for revoke, and for nothing else."];
  if ((act === "assign") !== (input.owner !== undefined))
    yield ["owner", "Send an owner for assign, and for nothing else."];
  if ((act === "assign-alert") !== isGiven(input.assignee))
    yield ["assignee", "Send an assignee, or null for none, for assign-alert only."];
  if ((act === "resolve") !== isGiven(input.resolution))
    yield ["resolution", "Send a resolution for resolve, and for nothing else."];
  if (act !== "request-rotation" && input.replaceBy !== undefined)
    yield ["replaceBy", "Send a date to replace by for request-rotation only."];
  if (act !== "revoke" && input.invalidityDate !== undefined)
    yield ["invalidityDate", "Send a date of compromise for revoke only."];
}

function checkSelection(input: Selection, context: z.core.$RefinementCtx<unknown>): void {
  for (const [path, message] of problemsOf(input))
    context.addIssue({ code: "custom", path: [path], message });
}

export const bulkInput = z.strictObject(inputShape).superRefine(checkSelection);
export type BulkInput = z.output<typeof bulkInput>;
export const startBulkInput = z
  .strictObject({ ...inputShape, expect: expected })
  .superRefine(checkSelection)
  .superRefine(({ act, ...given }, context) => {
    // As for one alert.
    const { error } = resolveInput.shape.comment.safeParse(given.comment);
    if (act === "resolve" && error !== undefined)
      context.addIssue({
        code: "custom",
        path: ["comment"],
        message: error.issues[0]?.message ?? "Enter a comment.",
      });
  });
export type StartBulkInput = z.output<typeof startBulkInput>;

/** Why a certificate, an identity or an alert is left out of a bulk action. */
export const exclusions = [
  "own",
  "signs-in",
  "proxy",
  "ca",
  "already-revoked",
  "already-held",
  "not-held",
  "not-issued",
  "expired",
  "replaced",
  "rotation-requested",
  "rotation-not-requested",
  "already-suspended",
  "already-active",
  "same-owner",
  "already-acknowledged",
  "already-resolved",
  "same-assignee",
  "about-you",
  "missing",
] as const;
export type Exclusion = (typeof exclusions)[number];

/** What a bulk action would do. */
export type BulkPreview = Readonly<{
  act: BulkAct;
  /** How many certificates, identities or alerts are selected, and how many of them can be changed. */
  selected: number;
  count: number;
  excluded: readonly Readonly<{
    why: Exclusion;
    count: number;
    /** The names of the first of them. */
    examples: readonly string[];
  }>[];
  /** How many identities they are, belong to or are about, and how many certificates they are or have valid. */
  identities: number;
  certificates: number;
  /** Of the certificates that would be changed: valid, and without a successor. */
  withoutSuccessor: number;
  /**
   * Of a request for rotation: how many ACME clients are told about by renewal information, how many
   * people or other programs have to replace, and how many owners those have. Null for other actions.
   */
  rotation: Readonly<{ acme: number; others: number; owners: number }> | null;
  /** Of the alerts that would be changed, the most severe first. Null for other actions. */
  severities: readonly Readonly<{ severity: Severity; count: number }>[] | null;
  /** Their use in the last 24 hours. */
  lastDay: Readonly<{
    certificates: number;
    services: number;
    networks: number;
    lastUsedAt: string | null;
  }>;
  /** Binds the start to exactly these certificates or identities in their present states. */
  sha256: string;
}>;

export const bulkStatuses = ["running", "finished", "canceled", "stopped"] as const;
export type BulkStatus = (typeof bulkStatuses)[number];

export const bulkOutcomes = ["done", "changed", "refused"] as const;
/**
 * done: changed by this action. changed: left alone, because its state had changed since the dry
 * run. refused: the action on this one was refused.
 */
export type BulkOutcome = (typeof bulkOutcomes)[number];

export type BulkDto = Readonly<{
  id: string;
  act: BulkAct;
  status: BulkStatus;
  reason: string | null;
  owner: string | null;
  /** The label of the user who the alerts are assigned to; null for none. */
  assignee: string | null;
  resolution: Resolution | null;
  replaceBy: string | null;
  comment: string;
  total: number;
  done: number;
  changed: number;
  refused: number;
  /** Why it was stopped. */
  cause: string | null;
  startedBy: string;
  createdAt: string;
  endedAt: string | null;
}>;
export type BulkList = Readonly<{ items: readonly BulkDto[]; nextCursor: string | null }>;

/** One line of the report, about a certificate, an identity or an alert. */
export type BulkLine = Readonly<{
  certificateId: string | null;
  /** Null for an alert that is about no identity. */
  identityId: string | null;
  alertId: string | null;
  name: string;
  serial: string | null;
  identity: string;
  outcome: BulkOutcome | "pending";
  code: string | null;
  message: string | null;
  entryId: string | null;
  at: string | null;
}>;

export const bulkQuery = z.strictObject({
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type BulkQuery = z.input<typeof bulkQuery>;

/** The most certificates that one bulk issue takes: what fits into one request. */
export const maxIssueRows = 500;

/** One certificate to issue, as a line of a file has it. */
const issueRow = z.strictObject({
  /** What the row is called: its line or file. */
  label: optionalLabel(128),
  /** An id or an exact name. */
  identity: z.string().trim().max(256),
  /** An id or a slug. */
  profile: z.string().trim().max(64),
  csr: z.string().max(65_536, "This is too large for a CSR. The limit is 64 KiB."),
});
export type IssueRow = z.output<typeof issueRow>;

const rows = z
  .array(issueRow)
  .min(1, "Choose a file with at least one request.")
  .max(maxIssueRows, `At most ${maxIssueRows} at once.`);

export const bulkIssueInput = z.strictObject({ rows });
export type BulkIssueInput = z.output<typeof bulkIssueInput>;
export const startBulkIssueInput = z.strictObject({
  rows,
  comment: note(500).default(""),
  /** What a dry run counted; anything else is refused. */
  expect: z.strictObject({
    count: z.number().int().min(1, "None of the rows can be issued."),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "Send the digest of a dry run."),
  }),
});
export type StartBulkIssueInput = z.output<typeof startBulkIssueInput>;

/** What would come of a row. It is issued if it has no problems. */
export type IssueLine = Readonly<{
  label: string;
  identity: Readonly<{ id: string; name: string }> | null;
  profile: string;
  subject: string;
  sans: readonly string[];
  notAfter: string | null;
  /** Names that issuing adds to the identity. */
  addsNames: readonly string[];
  problems: readonly string[];
}>;

/** What a bulk issue would do, row by row, in the order of the rows. */
export type BulkIssuePreview = Readonly<{
  count: number;
  refused: number;
  identities: number;
  namesAdded: number;
  lines: readonly IssueLine[];
  /** Binds the start to exactly these certificates. */
  sha256: string;
}>;
