import { BadgeCheck } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { SignInForm } from "./sign-in-form";

/** Password sign-in, and below it a link to the mTLS port for certificate sign-in. */
export function SignInOptions({
  next,
  certificateHref,
}: Readonly<{ next: string; certificateHref: string | null }>) {
  return (
    <>
      <SignInForm next={next} />
      {certificateHref && (
        <>
          <p className="my-4 flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
            or
          </p>
          <ButtonLink href={certificateHref} size="lg" block icon={<BadgeCheck aria-hidden />}>
            Sign in with a certificate
          </ButtonLink>
          <p className="mt-2 text-center text-xs text-muted">
            Your browser asks which certificate to use.
          </p>
        </>
      )}
    </>
  );
}
