import type { CertificateItem, CertificateStatus } from "@/lib/certificates/schema";

export type DayCount = Readonly<{
  /** YYYY-MM-DD, UTC. */
  day: string;
  issued: number;
  refused: number;
  revoked: number;
}>;

export type Overview = Readonly<{
  counts: Readonly<Record<CertificateStatus, number>>;
  /** Valid short-lived certificates, which their programs renew; not counted as expiring. */
  shortLived: number;
  /** The certificates of the list `state=expiring`. */
  expiringCount: number;
  expiring: readonly CertificateItem[];
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
