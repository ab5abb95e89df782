import type { UseView } from "@/lib/custody/types";

/**
 * True if every word occurs in the identity's name, the network or the service.
 */
export function matchesUse(
  { identity, network, service }: Pick<UseView, "identity" | "network" | "service">,
  text: string,
): boolean {
  const line = `${identity.name} ${network} ${service}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word));
}
