import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { CertificateSignIn } from "@/components/accounts/certificate-sign-in";
import { LostSessionBanner } from "@/components/accounts/lost-session-banner";
import { NoCertificateSignIn } from "@/components/accounts/no-certificate-sign-in";
import { SignInForm } from "@/components/accounts/sign-in-form";
import { SignInWays } from "@/components/accounts/sign-in-ways";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { previewCertificateSignIn } from "@/lib/accounts/preview-certificate-sign-in";
import { signInAddress } from "@/lib/auth/page";
import {
  actorOfSession,
  currentHolder,
  currentRequest,
  lostSession,
} from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";
import { isSetUp } from "@/lib/setup/is-set-up";
import { mtlsAddress } from "../../mtls-address";

export const metadata: Metadata = { title: "Sign in" };

/** Only a path of our own; everything else leads to the overview. */
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
              <SignInWays next={path} certificateHref={mtlsHref} />
            </Card>
          )}
        </Stack>
      ) : (
        <Banner title="Chancery is not set up yet.">
          Open the one-time link that the terminal printed when it started. It leads to the setup.
        </Banner>
      )}
    </div>
  );
}

/** Where the browser shows a certificate: what it would sign in to, or why it does not, and the password as the other way. */
async function OnCertificatePort({ path }: Readonly<{ path: string }>) {
  const [holder, { peer, path: asked }] = await Promise.all([currentHolder(), currentRequest()]);
  if (holder === null || peer === null)
    return (
      <>
        <NoCertificateSignIn reason={{ state: "none" }} />
        <Card>
          <SignInForm next={path} />
        </Card>
      </>
    );
  const found = await previewCertificateSignIn(getDeps(), holder, peer, asked);
  if (found.state !== "ready")
    return (
      <>
        <NoCertificateSignIn reason={{ ...found, name: peer.identity.name }} />
        <Card>
          <SignInForm next={path} />
        </Card>
      </>
    );
  return (
    <CertificateSignIn
      next={path}
      account={found.account}
      certificate={{
        serial: peer.serial,
        profile: peer.profile,
        notAfter: peer.notAfter,
        identity: peer.identity.name,
      }}
    />
  );
}
