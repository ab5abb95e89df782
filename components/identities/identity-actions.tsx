import { CirclePause, CirclePlay, Pencil } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityForm } from "./identity-form";

type IdentityAction = ServerAction<IdentityDto>;
type Props = Readonly<{
  identity: IdentityDto;
  actions: Readonly<{ update: IdentityAction; suspend: IdentityAction; activate: IdentityAction }>;
  may: Readonly<{
    write: boolean;
    issue: boolean;
    /** Why the role can't do what it can do to other identities. */
    denied: Readonly<Partial<Record<"issue" | "rename" | "suspend" | "activate", string>>>;
  }>;
}>;

/** The actions on an identity that the role allows. What is closed by its power explains why. */
export function IdentityActions({ identity, actions, may }: Props) {
  if (identity.kind === "system") return null;
  return (
    <>
      {may.write && <EditButton identity={identity} actions={actions} may={may} />}
      {may.write && <StatusButton identity={identity} actions={actions} may={may} />}
      {may.issue && <IssueButton identity={identity} may={may} />}
    </>
  );
}

function EditButton({ identity, actions, may }: Props) {
  const icon = <Pencil aria-hidden />;
  if (may.denied.rename !== undefined)
    return (
      <Button icon={icon} disabledReason={may.denied.rename}>
        Edit
      </Button>
    );
  return (
    <Dialog trigger={<Button icon={icon}>Edit</Button>} title={`Edit ${identity.name}`}>
      <IdentityForm action={actions.update} identity={identity} />
    </Dialog>
  );
}

function StatusButton({ identity, actions, may }: Props) {
  const { id, name, status, certificateCounts } = identity;
  const isActive = status === "active";
  const denied = isActive ? may.denied.suspend : may.denied.activate;
  const trigger = isActive ? (
    <Button variant="danger-quiet" icon={<CirclePause aria-hidden />} disabledReason={denied}>
      Suspend
    </Button>
  ) : (
    <Button icon={<CirclePlay aria-hidden />} disabledReason={denied}>
      Activate
    </Button>
  );
  if (denied !== undefined) return trigger;
  return isActive ? (
    <CommentDialog
      trigger={trigger}
      title={`Suspend ${name}?`}
      submitLabel="Suspend"
      receipt="Suspended."
      tone="danger"
      action={actions.suspend}
      fixedInput={{ id }}
      consequence={suspensionConsequence(certificateCounts.valid)}
    />
  ) : (
    <CommentDialog
      trigger={trigger}
      title={`Activate ${name}?`}
      consequence="Certificates can be issued for it again, and its existing certificates are accepted again."
      submitLabel="Activate"
      receipt="Activated."
      action={actions.activate}
      fixedInput={{ id }}
    />
  );
}

function IssueButton({ identity: { id, status }, may }: Pick<Props, "identity" | "may">) {
  const blocker =
    may.denied.issue ??
    (status === "active" ? undefined : "This identity is suspended. Activate it first.");
  return blocker === undefined ? (
    <ButtonLink variant="primary" href={`/certificates/new?identity=${id}`}>
      Issue certificate
    </ButtonLink>
  ) : (
    <Button disabledReason={blocker}>Issue certificate</Button>
  );
}

function suspensionConsequence(validCount: number): string {
  if (validCount === 0)
    return "No certificates can be issued for it. It has no valid certificates now.";
  const denied = `Chancery, and every proxy that asks Chancery, denies its ${plural(validCount, "valid certificate")} from the next request on.`;
  return `No certificates can be issued for it. ${denied} CRL and OCSP don't change: to stop their use everywhere, revoke the certificates as well.`;
}
