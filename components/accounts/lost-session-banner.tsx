import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { LostSession } from "@/lib/accounts/schema";

/** Why a user who had signed in has to sign in again. */
export function LostSessionBanner({
  lost,
  certificateHref,
}: Readonly<{ lost: LostSession | null; certificateHref: string | null }>) {
  if (lost === null) return null;
  if (lost === "idle")
    return (
      <Banner title="You were signed out because you were inactive.">
        Sign in to return to the page you were on.
      </Banner>
    );
  if (lost === "ended") return <Banner>Your session has ended. Sign in again to continue.</Banner>;
  if (lost === "other-certificate")
    return (
      <Banner title="Your session was started with another certificate.">
        It works only with the certificate that started it. Sign in with this certificate, or select
        the other one.
      </Banner>
    );
  return (
    <Banner title="Your session was started with a certificate.">
      It works only where your browser presents that certificate.
      {certificateHref && (
        <>
          {" "}
          <Link href={certificateHref}>Continue with the certificate</Link>
        </>
      )}
    </Banner>
  );
}
