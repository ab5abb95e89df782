import { StateBadge } from "@/components/ui/badge";
import type { CaPermissionDto } from "@/lib/ca-permissions/schema";

const looks = {
  waiting: ["pending", "Waiting"],
  confirmed: ["valid", "Confirmed"],
  rejected: ["denied", "Rejected"],
  "used-up": ["expired", "Used up"],
  revoked: ["revoked", "Revoked"],
} as const;

/** Whether CA certificates can be got under a permission, and if not, why. */
export function PermissionState({ status }: Pick<CaPermissionDto, "status">) {
  return <StateBadge state={looks[status][0]} label={looks[status][1]} />;
}
