import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { AcmeKeyDto } from "@/lib/acme/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";

type Props = Readonly<{ acmeKey: AcmeKeyDto; action: ServerAction<AcmeKeyDto> }>;

/** Revokes an enrollment key, after saying what ends with it. */
export function RevokeAcmeKey({ acmeKey: { id, status, accounts }, action }: Props) {
  if (status === "revoked")
    return (
      <Button size="sm" disabledReason="This key is already revoked.">
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
      title="Revoke the ACME key?"
      consequence={consequence(accounts)}
      submitLabel="Revoke"
      receipt="ACME key revoked."
      tone="danger"
      action={action}
      fixedInput={{ id }}
    />
  );
}

function consequence(accounts: number): string {
  const ended =
    accounts === 0
      ? "It creates no accounts anymore."
      : `It creates no accounts anymore, and ${accounts === 1 ? "the account" : `the ${plural(accounts, "account")}`} created with it can’t order, renew or revoke certificates.`;
  return `${ended} Certificates stay valid. This can’t be undone.`;
}
