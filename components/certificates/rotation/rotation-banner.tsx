import { CommentDialog } from "@/components/forms/comment-dialog";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, RotationRequestDto } from "@/lib/certificates/schema";

type Props = Readonly<{
  certificateId: string;
  request: RotationRequestDto;
  /** Whether its identity is suspended, so that nothing can replace the certificate. */
  suspended: boolean;
  /** The entry of the request; null if it isn't found, or the user may not read the log. */
  entry: Readonly<{ seq: number }> | null;
  now: Date;
  /** Null if the user may not. */
  withdraw: ServerAction<CertificateDto> | null;
}>;

/** Until when the certificate is to be replaced, by whose wish and why. */
export function RotationBanner({ certificateId, request, suspended, entry, now, withdraw }: Props) {
  const { replaceBy, requestedBy, comment } = request;
  const isOverdue = !suspended && Date.parse(replaceBy) < now.getTime();
  return (
    <Banner
      tone={isOverdue ? "warning" : "info"}
      title={titleOf({ suspended, isOverdue })}
      action={
        withdraw && (
          <CommentDialog
            trigger={<Button size="sm">Withdraw</Button>}
            title="Withdraw the request for rotation?"
            consequence="The certificate no longer has to be replaced early. ACME clients get the usual time to renew again."
            submitLabel="Withdraw"
            receipt="Request withdrawn."
            action={withdraw}
            fixedInput={{ id: certificateId }}
          />
        )
      }
    >
      {suspended && "Its identity can't get certificates until it is activated. "}
      To be replaced by <Time at={replaceBy} show="minute" />. Requested by {requestedBy}
      {comment && `: ${comment}`}
      {entry && (
        <>
          {" "}
          (<Link href={`/audit/${entry.seq}`}>Entry {entry.seq}</Link>)
        </>
      )}
    </Banner>
  );
}

function titleOf({ suspended, isOverdue }: Readonly<{ suspended: boolean; isOverdue: boolean }>) {
  if (suspended) return "Suspended: rotation requested";
  return isOverdue ? "Rotation overdue" : "Rotation requested";
}
