import { z } from "zod";
import { optionalLabel } from "@/lib/format/label";
import { certificateQuery, revokeInput } from "@/lib/certificates/schema";

/** What is done to each certificate of a selection. */
export const bulkActs = ["revoke", "hold", "release"] as const;
export type BulkAct = (typeof bulkActs)[number];

/** The most certificates that one bulk action takes; lists count as far. */
export const maxBulkItems = 10_000;

/** Filters of the list of certificates. They are recorded, so what is not seen is refused. */
export const bulkFilter = certificateQuery
  .omit({ cursor: true, limit: true, sort: true })
  .extend({ q: optionalLabel(256).optional(), serial: optionalLabel(128).optional() });
export type BulkFilter = z.infer<typeof bulkFilter>;

const { comment, invalidityDate } = revokeInput.shape;
const inputShape = {
  act: z.enum(bulkActs),
  /** Certificates by ID, instead of a filter. */
  ids: z.array(z.string().max(64)).min(1, "Select a certificate.").max(maxBulkItems).optional(),
  filter: bulkFilter.optional(),
  /** How many certificates the list showed for the filter. */
  count: z.number().int().min(0).optional(),
  /** Why they are revoked; for `revoke` only. */
  reason: revokeInput.shape.reason.exclude(["certificateHold"]).optional(),
  comment,
  invalidityDate,
};
/** What a dry run counted; the action is refused if it would do anything else. */
const expected = z.strictObject({
  count: z.number().int().min(1, "None of the selected certificates can be changed."),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "Send the digest of a dry run."),
});

type Selection = Readonly<{
  act: BulkAct;
  ids?: readonly string[] | undefined;
  filter?: BulkFilter | undefined;
  count?: number | undefined;
  reason?: string | undefined;
  invalidityDate?: string | undefined;
}>;

function checkSelection(input: Selection, context: z.core.$RefinementCtx<unknown>): void {
  const problem = (path: string, message: string): void => {
    context.addIssue({ code: "custom", path: [path], message });
  };
  if ((input.ids === undefined) === (input.filter === undefined))
    problem("ids", "Send either IDs or a filter.");
  if ((input.filter === undefined) !== (input.count === undefined))
    problem("count", "Send the count that the list showed, with a filter only.");
  if ((input.act === "revoke") !== (input.reason !== undefined))
    problem("reason", "Send a reason for revoke, and for nothing else.");
  if (input.act !== "revoke" && input.invalidityDate !== undefined)
    problem("invalidityDate", "Send a date of compromise for revoke only.");
}

export const bulkInput = z.strictObject(inputShape).superRefine(checkSelection);
export type BulkInput = z.output<typeof bulkInput>;
export const startBulkInput = z
  .strictObject({ ...inputShape, expect: expected })
  .superRefine(checkSelection);
export type StartBulkInput = z.output<typeof startBulkInput>;

/** Why a certificate is left out of a bulk action. */
export const exclusions = [
  "own",
  "power",
  "already-revoked",
  "already-held",
  "not-held",
  "not-issued",
  "expired",
  "missing",
] as const;
export type Exclusion = (typeof exclusions)[number];

/** What a bulk action would do. */
export type BulkPreview = Readonly<{
  act: BulkAct;
  /** How many certificates are selected, and how many of them can be changed. */
  selected: number;
  count: number;
  excluded: readonly Readonly<{
    why: Exclusion;
    count: number;
    /** The names of the first of them. */
    examples: readonly string[];
  }>[];
  identities: number;
  /** Of those that would be changed: valid, and without a successor. */
  withoutSuccessor: number;
  /** Their use in the last 24 hours. */
  lastDay: Readonly<{
    certificates: number;
    services: number;
    networks: number;
    lastUsedAt: string | null;
  }>;
  /** Binds the start to exactly these certificates in their present states. */
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

/** One line of the report. */
export type BulkLine = Readonly<{
  certificateId: string;
  name: string;
  serial: string;
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
