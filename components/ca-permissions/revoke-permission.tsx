import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import type { CaPermissionDto } from "@/lib/ca-permissions/schema";
import { plural } from "@/lib/format/count";

type Props = Readonly<{
  permission: CaPermissionDto;
  action: ServerAction<CaPermissionDto>;
}>;

/** Revokes a CA permission, after saying what ends with it and what doesn't. */
export function RevokePermission({
  permission: { id, status, identity, trustDomain, used },
  action,
}: Props) {
  if (status === "revoked")
    return (
      <Button size="sm" disabledReason="This permission is already revoked.">
        Revoke
      </Button>
    );
  const rest =
    used === 0
      ? "It got none so far."
      : `The ${plural(used, "CA certificate")} that it got stay valid until you revoke them.`;
  return (
    <CommentDialog
      trigger={
        <Button size="sm" variant="danger-quiet">
          Revoke
        </Button>
      }
      title={`Revoke the CA permission of ${identity.name}?`}
      consequence={`It gets no more CA certificates for ${trustDomain}, from now on. ${rest} This can’t be undone.`}
      submitLabel="Revoke"
      receipt="CA permission revoked."
      tone="danger"
      action={action}
      fixedInput={{ id }}
    />
  );
}
