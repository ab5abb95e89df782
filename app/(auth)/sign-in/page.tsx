import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "@/components/accounts/sign-in-form";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { actorOfSession, currentSessionId } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";
import { isSetUp } from "@/lib/setup/is-set-up";

export const metadata: Metadata = { title: "Sign in" };

/** Only a path of our own; everything else leads to the overview. */
function safePath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : "/";
}

export default async function SignInPage({ searchParams }: Readonly<{ searchParams: Promise<{ next?: string | string[] }> }>) {
  const { next } = await searchParams;
  const path = safePath(typeof next === "string" ? next : undefined);
  const [actor, sessionId, ready] = await Promise.all([actorOfSession(), currentSessionId(), isSetUp(getDeps())]);
  if (actor !== null) redirect(path);
  return (
    <div className="w-full max-w-sm">
      <h1 className="pb-4 text-center text-xl font-semibold tracking-tight">Sign in</h1>
      {ready ? <Card><SignInForm next={path} ended={sessionId !== null} /></Card>
        : <Banner title="Chancery is not set up yet.">Open the one-time link that the terminal printed when it started. It leads to the setup.</Banner>}
    </div>
  );
}
