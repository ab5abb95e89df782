import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { LostSession } from "@/lib/accounts/schema";

/** Why somebody who had signed in stands before the sign-in again. */
export function LostSessionBanner({
  lost,
  certificateHref,
}: Readonly<{ lost: LostSession | null; certificateHref: string | null }>) {
  if (lost === null) return null;
  if (lost === "ended") return <Banner>Your session has ended. Sign in again to go on.</Banner>;
  if (lost === "other-certificate")
    return (
      <Banner title="Your session belongs to another certificate.">
        It counts only beside the one that started it. Sign in with this one, or show the other.
      </Banner>
    );
  return (
    <Banner title="Your session belongs to your certificate.">
      It counts only where your browser shows it.
      {certificateHref && (
        <>
          {" "}
          <Link href={certificateHref}>Go on with the certificate</Link>
        </>
      )}
    </Banner>
  );
}
