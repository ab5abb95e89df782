import { CirclePause, CirclePlay, Pencil } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityForm } from "./identity-form";

type Act = ServerAction<IdentityDto>;
type Props = Readonly<{
  identity: IdentityDto;
  acts: Readonly<{ update: Act; suspend: Act; activate: Act }>;
  may: Readonly<{ write: boolean; issue: boolean }>;
}>;

/** The acts on one identity that this role may do. */
export function IdentityActions({ identity, acts, may }: Props) {
  const { id, name, status, kind, certificateCounts } = identity;
  if (kind === "system") return null;
  const valid = certificateCounts.valid;
  return (
    <>
      {may.write && (
        <Dialog
          trigger={<Button icon={<Pencil aria-hidden />}>Edit</Button>}
          title={`Edit ${name}`}
        >
          <IdentityForm action={acts.update} identity={identity} />
        </Dialog>
      )}
      {may.write && status === "active" && (
        <CommentDialog
          trigger={
            <Button variant="danger-quiet" icon={<CirclePause aria-hidden />}>
              Suspend
            </Button>
          }
          title={`Suspend ${name}?`}
          submitLabel="Suspend"
          receipt="Suspended."
          tone="danger"
          action={acts.suspend}
          fixed={{ id }}
          consequence={`Nothing more is issued for it. ${valid === 0 ? "It has no valid certificate." : `From the next request on Chancery, and every proxy that asks it, refuses its ${plural(valid, "valid certificate")}. CRL and OCSP still call ${valid === 1 ? "it" : "them"} good: revoke what must stop elsewhere, too.`}`}
        />
      )}
      {may.write && status === "suspended" && (
        <CommentDialog
          trigger={<Button icon={<CirclePlay aria-hidden />}>Activate</Button>}
          title={`Activate ${name}?`}
          consequence="Certificates can be issued for it again, and those that it has count again."
          submitLabel="Activate"
          receipt="Activated."
          action={acts.activate}
          fixed={{ id }}
        />
      )}
      {may.issue &&
        (status === "active" ? (
          <ButtonLink variant="primary" href={`/certificates/new?identity=${id}`}>
            Issue certificate
          </ButtonLink>
        ) : (
          <Button disabledReason="It is suspended. Activate it first.">Issue certificate</Button>
        ))}
    </>
  );
}
