import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { CertificateSignIn } from "@/components/accounts/certificate-sign-in";
import { LostSessionBanner } from "@/components/accounts/lost-session-banner";
import { NoCertificateSignIn } from "@/components/accounts/no-certificate-sign-in";
import { SignInForm } from "@/components/accounts/sign-in-form";
import { SignInOptions } from "@/components/accounts/sign-in-options";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { previewCertificateSignIn } from "@/lib/accounts/preview-certificate-sign-in";
import { signInAddress } from "@/lib/auth/page";
import {
  actorOfSession,
  currentCertificateActor,
  currentRequest,
  lostSession,
} from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime/get-deps";
import { isSetUp } from "@/lib/setup/is-set-up";
import { mtlsAddress } from "@/app/mtls-address";

export const metadata: Metadata = { title: "Sign in" };

/** The path to open after sign-in, if it is on this site; otherwise the overview. */
function safePath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in")
    ? next
    : "/";
}

export default async function SignInPage({
  searchParams,
}: Readonly<{ searchParams: Promise<{ next?: string | string[] }> }>) {
  const { next } = await searchParams;
  const path = safePath(typeof next === "string" ? next : undefined);
  const [actor, ready, { listener }] = await Promise.all([
    actorOfSession(),
    isSetUp(getDeps()),
    currentRequest(),
  ]);
  if (actor !== null) redirect(path);
  const mtlsHref = await mtlsAddress(signInAddress(path));
  return (
    <div className="w-full max-w-sm">
      <h1 className="pb-4 text-center text-xl font-semibold tracking-tight">Sign in</h1>
      {ready ? (
        <Stack>
          <LostSessionBanner
            lost={await lostSession()}
            certificateHref={listener === "mtls" ? null : mtlsHref}
          />
          {listener === "mtls" ? (
            <OnCertificatePort path={path} />
          ) : (
            <Card>
              <SignInOptions next={path} certificateHref={mtlsHref} />
            </Card>
          )}
        </Stack>
      ) : (
        <Banner title="Chancery isn't set up yet.">
          Open the one-time setup link that the terminal printed when Chancery started.
        </Banner>
      )}
    </div>
  );
}

/**
 * The sign-in on the mTLS port: the account that the certificate signs in to, or why it doesn't,
 * and
 * the password as the alternative.
 */
async function OnCertificatePort({ path }: Readonly<{ path: string }>) {
  const [holder, { peer, path: requestPath }] = await Promise.all([
    currentCertificateActor(),
    currentRequest(),
  ]);
  if (holder === null || peer === null)
    return (
      <>
        <NoCertificateSignIn reason={{ state: "none" }} />
        <Card>
          <SignInForm next={path} />
        </Card>
      </>
    );
  const preview = await previewCertificateSignIn(getDeps(), holder, peer, requestPath);
  if (preview.state !== "ready")
    return (
      <>
        <NoCertificateSignIn reason={{ ...preview, name: peer.identity.name }} />
        <Card>
          <SignInForm next={path} />
        </Card>
      </>
    );
  return (
    <CertificateSignIn
      next={path}
      account={preview.account}
      certificate={{
        serial: peer.serial,
        profile: peer.profile,
        notAfter: peer.notAfter,
        identity: peer.identity.name,
      }}
    />
  );
}
