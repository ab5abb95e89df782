import type { Facts, Known, Span } from "@/lib/alerts/types";

/** So long it is remembered from where a certificate was used last. */
export const recentMs = 3_600_000;

type Grown = { firstAt: number; lastAt: number; count: number };

/** What is usual for an identity, growing with each use. */
export type Growing = Known &
  Readonly<{ observe: (facts: Facts) => void; addUse: (use: KnownUse) => void }>;
export type KnownUse = Readonly<{
  certificateId: string;
  network: string;
  service: string;
  firstAt: number;
  lastAt: number;
  count: number;
}>;

function grow(spans: Map<string, Grown>, key: string, by: Span): void {
  const span = spans.get(key);
  if (span === undefined) spans.set(key, { ...by });
  else {
    span.firstAt = Math.min(span.firstAt, by.firstAt);
    span.lastAt = Math.max(span.lastAt, by.lastAt);
    span.count += by.count;
  }
}

const none: ReadonlyMap<string, number> = new Map();

export function makeKnown(): Growing {
  const networks = new Map<string, Grown>(),
    services = new Map<string, Grown>(),
    last = new Map<string, Map<string, number>>();
  const total: Grown = { firstAt: Infinity, lastAt: -Infinity, count: 0 };
  const addUse = ({ certificateId, network, service, firstAt, lastAt, count }: KnownUse): void => {
    const by = { firstAt, lastAt, count };
    grow(networks, network, by);
    grow(services, service, by);
    total.firstAt = Math.min(total.firstAt, firstAt);
    total.lastAt = Math.max(total.lastAt, lastAt);
    total.count += count;
    let places = last.get(certificateId);
    if (places === undefined) last.set(certificateId, (places = new Map()));
    places.set(network, Math.max(places.get(network) ?? 0, lastAt));
    if (places.size > 1)
      for (const [place, at] of places) if (at < lastAt - recentMs) places.delete(place);
  };
  return {
    get firstAt() {
      return total.firstAt;
    },
    get lastAt() {
      return total.lastAt;
    },
    get count() {
      return total.count;
    },
    networks,
    services,
    addUse,
    lastFrom: (certificateId) => last.get(certificateId) ?? none,
    observe: ({ at, certificate, network, service }) => {
      if (certificate !== null && network !== null && service !== null)
        addUse({
          certificateId: certificate.id,
          network,
          service,
          firstAt: at,
          lastAt: at,
          count: 1,
        });
    },
  };
}
