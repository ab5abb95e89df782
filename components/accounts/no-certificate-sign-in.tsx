import { Banner } from "@/components/ui/banner";

type Reason =
  | Readonly<{ state: "none" }>
  | Readonly<{ state: "no-account"; name: string }>
  | Readonly<{ state: "no-person"; kind: "service" | "device"; name: string }>;

/**
 * Why certificate sign-in isn't possible with what the browser presented, and how to fix it.
 */
export function NoCertificateSignIn({ reason }: Readonly<{ reason: Reason }>) {
  if (reason.state === "none")
    return (
      <Banner title="Your browser didn’t send a certificate.">
        Import the certificate into this browser, close all of its windows and open this page again.
        Or sign in with your password.
      </Banner>
    );
  if (reason.state === "no-person")
    return (
      <Banner
        tone="warning"
        title={`This certificate belongs to the ${reason.kind} ${reason.name}.`}
      >
        Only a person’s certificate can sign in to the console. A {reason.kind} uses its certificate
        with the API.
      </Banner>
    );
  return (
    <Banner
      tone="warning"
      title={`No active account is linked to the certificate of ${reason.name}.`}
    >
      An administrator can link it on the Users page. Until then, sign in with your password.
    </Banner>
  );
}
