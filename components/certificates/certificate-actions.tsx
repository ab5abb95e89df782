import { Ban, CirclePause, CirclePlay } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, RevocationPreview } from "@/lib/certificates/schema";
import { RevocationFigures } from "./revocation-figures";
import { RevokeDialog } from "./revoke-dialog";
import { RequestRotationDialog } from "./rotation/request-rotation-dialog";
import { RotateDialog, type SuccessorRules } from "./rotate-dialog";

type CertificateAction = ServerAction<CertificateDto>;
export type CertificateServerActions = Readonly<{
  rotate: CertificateAction;
  revoke: CertificateAction;
  release: CertificateAction;
  requestRotation: CertificateAction;
}>;

type Props = Readonly<{
  certificate: CertificateDto;
  name: string;
  actions: CertificateServerActions;
  /** What the role of the user allows. */
  may: Readonly<{
    rotate: boolean;
    requestRotation: boolean;
    revoke: boolean;
    /** Why the role can't do what it can do to other certificates. */
    denied: Readonly<Partial<Record<"rotate" | "hold" | "release" | "revoke", string>>>;
    /** To be typed before the certificate is revoked: for Chancery's own. */
    typedWord: string | undefined;
  }>;
  figures: RevocationPreview | null;
  successorRules: SuccessorRules;
  now: Date;
}>;

/** Only a valid certificate that nothing replaces yet; a request is shown with a way to withdraw it. */
const canRequest = ({ status, successorId, rotationRequest }: CertificateDto): boolean =>
  status === "valid" && successorId === null && rotationRequest === null;

/**
 * The actions on a certificate that its state and the role allow. An unavailable action explains
 * blocker.
 */
export function CertificateActions({
  certificate,
  name,
  actions,
  may,
  figures,
  successorRules,
  now,
}: Props) {
  const isIssued = certificate.status !== "pending" && certificate.status !== "failed";
  return (
    <>
      {may.rotate && isIssued && (
        <Rotation
          certificate={certificate}
          name={name}
          action={actions.rotate}
          rules={successorRules}
          denied={may.denied.rotate}
        />
      )}
      {may.requestRotation && canRequest(certificate) && (
        <RequestRotationDialog
          action={actions.requestRotation}
          certificate={certificate}
          name={name}
          now={now}
        />
      )}
      {may.revoke && figures && (
        <Hold
          certificate={certificate}
          name={name}
          actions={actions}
          figures={figures}
          denied={certificate.status === "held" ? may.denied.release : may.denied.hold}
        />
      )}
      {may.revoke && figures && (
        <Revocation
          certificate={certificate}
          name={name}
          action={actions.revoke}
          figures={figures}
          denied={may.denied.revoke}
          typedWord={may.typedWord}
        />
      )}
    </>
  );
}

type ActionProps = Pick<Props, "certificate" | "name"> &
  Readonly<{ /** Why the role can't. */ denied: string | undefined }>;

function rotationBlocker({ successorId, status }: CertificateDto): string | undefined {
  if (successorId !== null) return "This certificate already has a successor.";
  if (status === "revoked") return "This certificate is revoked. Issue a new one instead.";
  return status === "held" ? "This certificate is on hold. Release it first." : undefined;
}

function Rotation({
  certificate,
  name,
  action,
  rules,
  denied,
}: ActionProps & Readonly<{ action: CertificateAction; rules: SuccessorRules }>) {
  return (
    <RotateDialog
      action={action}
      id={certificate.id}
      name={name}
      rules={rules}
      blocker={rotationBlocker(certificate) ?? denied}
    />
  );
}

function Hold({
  certificate: { id, status },
  name,
  actions,
  figures,
  denied,
}: ActionProps & Readonly<{ actions: CertificateServerActions; figures: RevocationPreview }>) {
  if (denied !== undefined && (status === "valid" || status === "held"))
    return (
      <Button icon={<CirclePause aria-hidden />} disabledReason={denied}>
        {status === "held" ? "Release" : "Put on hold"}
      </Button>
    );
  if (status === "valid") {
    return (
      <CommentDialog
        trigger={<Button icon={<CirclePause aria-hidden />}>Put on hold</Button>}
        title={`Put ${name} on hold?`}
        consequence="Suspends the certificate until it is released or revoked. CRL and OCSP report certificateHold."
        submitLabel="Put on hold"
        receipt="Put on hold."
        action={actions.revoke}
        fixedInput={{ id, reason: "certificateHold" }}
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
      consequence="The certificate becomes valid again. OCSP reports it as good within 1 second, and the next CRL no longer lists it."
      submitLabel="Release"
      receipt="Released."
      action={actions.release}
      fixedInput={{ id }}
    />
  );
}

function Revocation({
  certificate: { status, revocation },
  name,
  action,
  figures,
  denied,
  typedWord,
}: ActionProps &
  Readonly<{
    action: CertificateAction;
    figures: RevocationPreview;
    typedWord: string | undefined;
  }>) {
  const icon = <Ban aria-hidden />;
  const blocker =
    status === "expired"
      ? "This certificate has expired, so it is no longer accepted."
      : status === "revoked"
        ? undefined
        : denied;
  if (blocker !== undefined)
    return (
      <Button variant="danger-quiet" icon={icon} disabledReason={blocker}>
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
        typedWord={typedWord}
      />
    );
  if (revocation?.reason === "keyCompromise" || denied !== undefined) return null;
  return (
    <RevokeDialog
      changesReason
      trigger={
        <Button variant="danger-quiet" icon={icon}>
          Change reason to key compromise
        </Button>
      }
      action={action}
      figures={figures}
      name={name}
    />
  );
}
