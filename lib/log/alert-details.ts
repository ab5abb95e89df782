import type { AccountDetail, ChangesDetail, RequestDetail, SubjectDetail } from "./detail-types";

/** The details of entries about alerts, their rules, exceptions and destinations. */
export type AlertDetails = {
  /** A rule opened an alert, the target. `entries`: the first entries that caused it. */
  "alert.opened": Readonly<{
    rule: string;
    severity: string;
    subject: SubjectDetail;
    identityId?: string | null;
    summary: string;
    surprise: string;
    baseline: string;
    entries: readonly number[];
  }>;
  "alert.escalated": Readonly<{ rule: string; from: string; to: string; count: number }>;
  "alert.acknowledged": Readonly<{ comment: string }>;
  /**
   * The new and the previous assignee; null for none. Older entries have a name in `to` and an id
   * in `from` instead.
   */
  "alert.assigned": Readonly<{
    assignee: AccountDetail | null;
    previous: AccountDetail | null;
    to?: string | null;
    from?: string | null;
  }>;
  "alert.resolved": Readonly<{ resolution: string; comment: string; count: number }>;
  "alert.read": RequestDetail;
  "exception.created": Readonly<{
    rule: string;
    subject: SubjectDetail;
    network: string | null;
    expiresAt: string;
    comment: string;
    alertId: string | null;
  }>;
  "exception.ended": Readonly<{ comment: string }>;
  "exception.read": RequestDetail;
  "rule.updated": Readonly<{
    changes: ChangesDetail;
    comment: string;
    /** The whole setting after the change. */
    settings?: Readonly<{
      enabled: boolean;
      severity: string | null;
      values: Readonly<Record<string, number>>;
    }>;
  }>;
  "rule.read": RequestDetail;
  "destination.created": Readonly<{
    kind: string;
    name: string;
    address: string;
    minSeverity: string;
    /** Of the configuration and the sealed secret (lib/log/destination-digest.ts). */
    settingsDigest?: string;
  }>;
  "destination.updated": Readonly<{ changes: ChangesDetail; settingsDigest?: string }>;
  "destination.removed": Readonly<{ comment: string; settingsDigest?: string }>;
  "destination.tested": Readonly<{ deliveryId: string }>;
  /** `count`: how many pending notifications became due. */
  "destination.retried": Readonly<{ count: number }>;
  "destination.read": RequestDetail;
};
