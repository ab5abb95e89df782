import { AppError } from "@/lib/errors/app-error";
import type { DeliverySettings, Deps } from "@/lib/runtime/deps";

/** This process's key and allowed addresses for deliveries. Errors: `delivery.no-key`. */
export function deliverySettings({ delivery }: Pick<Deps, "delivery">): DeliverySettings {
  if (delivery === undefined)
    throw new AppError(
      "delivery.no-key",
      "This process has no key for the secrets of destinations (CHANCERY_DELIVERY_KEY). Use the console or the API instead.",
    );
  return delivery;
}
