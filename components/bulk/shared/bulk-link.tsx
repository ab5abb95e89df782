import { ListChecks } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";

/** From a list whose rows can be changed together to what was started there. */
export function BulkLink() {
  return (
    <ButtonLink href="/certificates/bulk" icon={<ListChecks aria-hidden />}>
      Bulk actions
    </ButtonLink>
  );
}
