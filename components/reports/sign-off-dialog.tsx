import { ClipboardCheck } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";

type Props = Readonly<{
  action: ServerAction<Readonly<{ count: number }>>;
  count: number;
  sha256: string;
}>;

/** Records that someone reviewed the inventory as this report shows it. */
export function SignOffDialog({ action, count, sha256 }: Props) {
  return (
    <CommentDialog
      trigger={
        <Button variant="primary" icon={<ClipboardCheck aria-hidden />}>
          Sign off
        </Button>
      }
      title="Sign off this inventory?"
      consequence={`Records in the audit log that you reviewed the ${plural(count, "valid certificate")} of this report, with a digest of them. If any changed since the report was made, nothing is recorded.`}
      submitLabel="Sign off"
      receipt="Signed off."
      action={action}
      fixedInput={{ sha256 }}
    />
  );
}
