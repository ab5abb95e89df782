import type { DeliveryView } from "@/lib/delivery/schema";

/** Notifications next to each other that failed in the same way; of all others, one. */
export type DeliveryGroup = Readonly<{
  /** The newest, which stands for the others. */
  first: DeliveryView;
  items: readonly DeliveryView[];
}>;

/** What makes two failed notifications the same to a reader; null for one to be read by itself. */
function likenessOf({ status, reason, attempts }: DeliveryView): string | null {
  if (status === "sent" || reason === "test") return null;
  return `${status}\n${attempts.length > 0}\n${attempts.at(-1)?.answer ?? ""}`;
}

/** Groups a page of notifications, newest first, without changing their order. */
export function groupDeliveries(items: readonly DeliveryView[]): readonly DeliveryGroup[] {
  const groups: { first: DeliveryView; items: DeliveryView[] }[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const likeness = likenessOf(item);
    if (last && likeness !== null && likenessOf(last.first) === likeness) last.items.push(item);
    else groups.push({ first: item, items: [item] });
  }
  return groups;
}
