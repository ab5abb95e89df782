import { Banner } from "@/components/ui/banner";

type Reason =
  | Readonly<{ state: "none" }>
  | Readonly<{ state: "no-account"; name: string }>
  | Readonly<{ state: "no-person"; kind: "service" | "device"; name: string }>;

/** Why the certificate that the browser showed, or did not show, signs nobody in, and how to mend it. */
export function NoCertificateSignIn({ reason }: Readonly<{ reason: Reason }>) {
  if (reason.state === "none")
    return (
      <Banner title="Your browser showed no certificate.">
        Put it into this browser’s certificates, close all of its windows and open this page again.
        Or sign in with your password.
      </Banner>
    );
  if (reason.state === "no-person")
    return (
      <Banner
        tone="warning"
        title={`This is the certificate of the ${reason.kind} ${reason.name}.`}
      >
        Only a person’s certificate signs in. A {reason.kind} uses the API with it.
      </Banner>
    );
  return (
    <Banner
      tone="warning"
      title={`The certificate of ${reason.name} signs in to no active account.`}
    >
      An administrator links it under Settings, Users. Until then sign in with your password.
    </Banner>
  );
}
