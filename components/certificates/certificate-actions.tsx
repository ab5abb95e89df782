import { Ban, CirclePause, CirclePlay, RefreshCw } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, RevocationPreview } from "@/lib/certificates/schema";
import { RevocationFigures } from "./revocation-figures";
import { RevokeDialog } from "./revoke-dialog";
import { RotateDialog } from "./rotate-dialog";

type Act = ServerAction<CertificateDto>;
export type CertificateActs = Readonly<{ rotate: Act; revoke: Act; release: Act }>;

type Props = Readonly<{
  certificate: CertificateDto;
  name: string;
  acts: CertificateActs;
  /** What this role may do. */
  may: Readonly<{ rotate: boolean; revoke: boolean }>;
  figures: RevocationPreview | null;
  overlapSeconds: number;
}>;

/** The acts on one certificate that its state allows and the role may do. What cannot be done now says why. */
export function CertificateActions({
  certificate,
  name,
  acts,
  may,
  figures,
  overlapSeconds,
}: Props) {
  if (certificate.status === "pending" || certificate.status === "failed") return null;
  return (
    <>
      {may.rotate && (
        <Rotation
          certificate={certificate}
          name={name}
          action={acts.rotate}
          overlapSeconds={overlapSeconds}
        />
      )}
      {may.revoke && figures && (
        <Hold certificate={certificate} name={name} acts={acts} figures={figures} />
      )}
      {may.revoke && figures && (
        <Revocation certificate={certificate} name={name} action={acts.revoke} figures={figures} />
      )}
    </>
  );
}

type Part = Pick<Props, "certificate" | "name">;

function whyNoRotation({ successorId, status }: CertificateDto): string | undefined {
  if (successorId !== null) return "It has a successor already.";
  if (status === "revoked") return "It is revoked. Issue a new certificate instead.";
  return status === "held" ? "It is on hold. Release it first." : undefined;
}

function Rotation({
  certificate,
  name,
  action,
  overlapSeconds,
}: Part & Readonly<{ action: Act; overlapSeconds: number }>) {
  const why = whyNoRotation(certificate);
  if (why !== undefined)
    return (
      <Button icon={<RefreshCw aria-hidden />} disabledReason={why}>
        Rotate
      </Button>
    );
  return (
    <RotateDialog
      trigger={
        <Button variant="primary" icon={<RefreshCw aria-hidden />}>
          Rotate
        </Button>
      }
      action={action}
      id={certificate.id}
      name={name}
      overlapSeconds={overlapSeconds}
    />
  );
}

function Hold({
  certificate: { id, status },
  name,
  acts,
  figures,
}: Part & Readonly<{ acts: CertificateActs; figures: RevocationPreview }>) {
  if (status === "valid") {
    return (
      <CommentDialog
        trigger={<Button icon={<CirclePause aria-hidden />}>Put on hold</Button>}
        title={`Put ${name} on hold?`}
        consequence="CRL and OCSP say certificateHold until it is released or revoked."
        submitLabel="Put on hold"
        receipt="Put on hold."
        action={acts.revoke}
        fixed={{ id, reason: "certificateHold" }}
        tone="danger"
      >
        <RevocationFigures figures={figures} />
      </CommentDialog>
    );
  }
  if (status !== "held") return null;
  return (
    <CommentDialog
      trigger={<Button icon={<CirclePlay aria-hidden />}>Release</Button>}
      title={`Release ${name}?`}
      consequence="OCSP says good again within a second; the next CRL no longer names it."
      submitLabel="Release"
      receipt="Released."
      action={acts.release}
      fixed={{ id }}
    />
  );
}

function Revocation({
  certificate: { status, revocation },
  name,
  action,
  figures,
}: Part & Readonly<{ action: Act; figures: RevocationPreview }>) {
  const icon = <Ban aria-hidden />;
  if (status === "expired")
    return (
      <Button
        variant="danger-quiet"
        icon={icon}
        disabledReason="It has expired. Nobody accepts it any more."
      >
        Revoke
      </Button>
    );
  if (status !== "revoked")
    return (
      <RevokeDialog
        trigger={
          <Button variant="danger-quiet" icon={icon}>
            Revoke
          </Button>
        }
        action={action}
        figures={figures}
        name={name}
      />
    );
  if (revocation?.reason === "keyCompromise") return null;
  return (
    <RevokeDialog
      raising
      trigger={
        <Button variant="danger-quiet" icon={icon}>
          Raise to keyCompromise
        </Button>
      }
      action={action}
      figures={figures}
      name={name}
    />
  );
}
