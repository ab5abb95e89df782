/** The uses of a certificate from one network on one service. */
export type UseView = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  certificateId: string;
  /** A /24 (IPv4) or /48 (IPv6) network. */
  network: string;
  service: string;
  count: number;
  refused: number;
  firstAt: string;
  lastAt: string;
  firstSeq: number;
  lastSeq: number;
}>;

export type OutcomePoint = Readonly<{
  at: string;
  allowed: number;
  denied: number;
  failed: number;
}>;

export type CustodyView = Readonly<{
  /** Entries below `upto` are counted; the log has `size`. */
  upto: number;
  size: number;
  hours: number;
  /**
   * The start of the period, for everything except unused certificates and open alerts. `outcomes`
   * are in steps of `stepHours` from there.
   */
  from: string;
  stepHours: number;
  outcomes: readonly OutcomePoint[];
  /** The services with the most requests in the period. */
  services: readonly Readonly<{
    service: string;
    allowed: number;
    denied: number;
    failed: number;
  }>[];
  totals: Readonly<{
    allowed: number;
    denied: number;
    failed: number;
    identities: number;
    networks: number;
  }>;
  uses: readonly UseView[];
  refusals: readonly Readonly<{ code: string; service: string; count: number; lastAt: string }>[];
  /**
   * Valid certificates of people, services and devices that were never used: their number, and the
   * oldest ones.
   */
  neverUsed: Readonly<{
    count: number;
    items: readonly Readonly<{
      id: string;
      subject: string;
      identity: Readonly<{ id: string; name: string }>;
      issuedAt: string;
      notAfter: string;
    }>[];
  }>;
  byNetworks: readonly Readonly<{
    identity: Readonly<{ id: string; name: string }>;
    networks: number;
    certificates: number;
    lastAt: string;
  }>[];
  alerts: Readonly<{ open: number; critical: number; high: number; medium: number; low: number }>;
}>;
