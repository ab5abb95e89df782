import type { UseView } from "@/lib/custody/types";

/** All uses from one network. */
export type Origin = Readonly<{
  network: string;
  count: number;
  refused: number;
  firstAt: string;
  lastAt: string;
  lastSeq: number;
  services: readonly UseView[];
}>;

/**
 * Uses grouped by network; networks and the services within each, the latest first.
 */
export function groupUses(uses: readonly UseView[]): readonly Origin[] {
  const byNetwork = new Map<string, UseView[]>();
  for (const use of uses) byNetwork.set(use.network, [...(byNetwork.get(use.network) ?? []), use]);
  return [...byNetwork]
    .map(([network, group]): Origin => {
      const services = group.toSorted(latestFirst);
      return {
        network,
        services,
        count: sum(group, "count"),
        refused: sum(group, "refused"),
        lastSeq: services[0]?.lastSeq ?? 0,
        lastAt: services[0]?.lastAt ?? "",
        firstAt: group.reduce(
          (first, { firstAt }) => (firstAt < first ? firstAt : first),
          group[0]?.firstAt ?? "",
        ),
      };
    })
    .toSorted(latestFirst);
}

/** All uses of one service, with however many certificates. */
export type ServiceUse = Readonly<{
  service: string;
  certificates: number;
  count: number;
  refused: number;
  lastAt: string;
}>;

/** Uses by service, the latest first: one row per service, even if several certificates used it. */
export function groupByService(uses: readonly UseView[]): readonly ServiceUse[] {
  const byService = new Map<string, UseView[]>();
  for (const use of uses.toSorted(latestFirst))
    byService.set(use.service, [...(byService.get(use.service) ?? []), use]);
  return [...byService].map(([service, group]) => ({
    service,
    certificates: new Set(group.map(({ certificateId }) => certificateId)).size,
    count: sum(group, "count"),
    refused: sum(group, "refused"),
    lastAt: group[0]?.lastAt ?? "",
  }));
}

const latestFirst = (one: { lastSeq: number }, other: { lastSeq: number }): number =>
  other.lastSeq - one.lastSeq;
const sum = (uses: readonly UseView[], key: "count" | "refused"): number =>
  uses.reduce((total, use) => total + use[key], 0);
