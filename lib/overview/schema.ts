import { z } from "zod";
import type { CertificateItem, CertificateStatus, SuccessorState } from "@/lib/certificates/schema";

export type DayCount = Readonly<{
  /** YYYY-MM-DD, UTC. */
  day: string;
  issued: number;
  refused: number;
  revoked: number;
}>;

/** Valid certificates that expire in a week, by whether they have a successor. */
export type ExpiryWeek = Readonly<{ from: string; to: string }> &
  Readonly<Record<SuccessorState, number>>;
export type ExpiryByWeek = Readonly<{
  /** The week that begins today (UTC) and those after it, in order. */
  weeks: readonly ExpiryWeek[];
  /** Valid certificates that expire after the last of them. */
  later: number;
}>;
/** Denied requests of a day (UTC): the entries of the audit list with that filter. */
export type DeniedDay = Readonly<{ day: string; denied: number }>;

export type Overview = Readonly<{
  counts: Readonly<Record<CertificateStatus, number>>;
  /** Valid short-lived certificates, which their programs renew; not counted as expiring. */
  shortLived: number;
  /** The certificates of the list `state=expiring`. */
  expiringCount: number;
  expiring: readonly CertificateItem[];
  /** The certificates of the list `rotation=overdue`, without Chancery's own. */
  overdueRotations: number;
  /** The last thirty days, oldest first, today last. */
  days: readonly DayCount[];
  latest: readonly Readonly<{
    id: string;
    seq: number;
    ts: string;
    action: string;
    outcome: string;
    sentence: string;
    targetId: string | null;
  }>[];
  authorities: readonly Readonly<{
    id: string;
    slug: string;
    name: string;
    status: string;
    notAfter: string | null;
    crlNextUpdate: string | null;
  }>[];
  identities: number;
}>;

/** Steps that nothing in Chancery shows: an administrator says that they are done. */
export const confirmableSteps = ["trust-root", "keep-verifier-key", "move-kek"] as const;
export type ConfirmableStep = (typeof confirmableSteps)[number];
export const stepConfirmation = z.strictObject({ step: z.enum(confirmableSteps) });

export type ChecklistStep = Readonly<{
  name: ConfirmableStep | "first-certificate" | "alert-destination" | "second-administrator";
  done: boolean;
  /** Whether an administrator says that it is done; otherwise it is so as soon as it exists. */
  confirmable: boolean;
  /** Who said so, of a step that was confirmed. */
  confirmedBy: string | null;
}>;

/** What is left to do after the setup. */
export type Checklist = Readonly<{
  steps: readonly ChecklistStep[];
  /** The first root, whose page says how to trust it. */
  rootId: string | null;
}>;
