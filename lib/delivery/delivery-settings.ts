import type { DeliverySettings, Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";

/** The key and the open places of this process. Throws `delivery.no-key` where it was given none. */
export function deliverySettings({ delivery }: Pick<Deps, "delivery">): DeliverySettings {
  if (delivery === undefined)
    throw new AppError(
      "delivery.no-key",
      "This process has no key for the secrets of destinations (CHANCERY_DELIVERY_KEY). Use the console or the API.",
      { kind: "unavailable" },
    );
  return delivery;
}
