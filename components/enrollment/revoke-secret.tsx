import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import type { EnrollmentSecretDto } from "@/lib/enrollment/schema";

type Props = Readonly<{
  secret: EnrollmentSecretDto;
  action: ServerAction<EnrollmentSecretDto>;
}>;

/** Revokes an enrollment secret, after saying what ends with it. */
export function RevokeSecret({ secret: { id, status }, action }: Props) {
  if (status === "revoked")
    return (
      <Button size="sm" disabledReason="This secret is already revoked.">
        Revoke
      </Button>
    );
  return (
    <CommentDialog
      trigger={
        <Button size="sm" variant="danger-quiet">
          Revoke
        </Button>
      }
      title="Revoke the enrollment secret?"
      consequence="It gets no certificates anymore, and neither do ACME accounts that were created with it. Those that it got stay valid. This can’t be undone."
      submitLabel="Revoke"
      receipt="Enrollment secret revoked."
      tone="danger"
      action={action}
      fixedInput={{ id }}
    />
  );
}
