/** What a certificate that is unknown here says about itself. */
export type PresentedDetail = Readonly<{
  subject: string;
  issuer: string;
  notBefore: string;
  notAfter: string;
}>;

/**
 * The details of `request.refused-many`: refused requests of callers without a certificate issued
 * here, a token or a session, beyond the first few of a minute. Lists are cut; `addressCount` and
 * `otherRequests` say how much more there was.
 */
export type CountedRefusals = Readonly<{
  /** The action that each of them would have had. */
  refused: "request.refused" | "request.denied";
  code: string;
  status: number;
  count: number;
  /** An IPv4 /24 or an IPv6 /48; null for more networks than were counted separately. */
  network: string | null;
  firstAt: string;
  lastAt: string;
  addresses: readonly string[];
  addressCount: number;
  /** There were more addresses than `addressCount`. */
  moreAddresses: boolean;
  /** Method and path, the most frequent first. */
  requests: readonly Readonly<{ request: string; count: number }>[];
  otherRequests: number;
  reasons: readonly Readonly<{ reason: string; count: number }>[];
  services?: readonly string[];
  proxies?: readonly string[];
  presented?: readonly (PresentedDetail & Readonly<{ fingerprintSha256: string }>)[];
}>;
