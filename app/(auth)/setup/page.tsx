import type { Metadata } from "next";
import { SetupWizard } from "@/components/setup/setup-wizard";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { recordRefusal } from "@/lib/auth/record-refusal";
import { anonymousActor } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime";
import { isSetUp } from "@/lib/setup/is-set-up";
import { setUp } from "./actions";
import { isSetupToken } from "./setup-token";

export const metadata: Metadata = { title: "Setup", referrer: "no-referrer" };

export default async function SetupPage({
  searchParams,
}: Readonly<{ searchParams: Promise<{ token?: string | string[] }> }>) {
  const { token } = await searchParams;
  const deps = getDeps();
  if (await isSetUp(deps)) {
    return (
      <Notice
        title="Chancery is set up already."
        action={
          <ButtonLink href="/sign-in" variant="primary">
            Sign in
          </ButtonLink>
        }
      >
        The setup link worked once. Sign in to go on.
      </Notice>
    );
  }
  if (typeof token === "string" && isSetupToken(token))
    return <SetupWizard token={token} action={setUp} />;
  await recordRefusal(deps, await anonymousActor(), {
    code: "setup.token",
    method: "GET",
    path: "/setup",
    status: 403,
  });
  return (
    <Notice title="This setup link is not valid.">
      Open the link that the terminal printed when Chancery started last. Each start prints a new
      one.
    </Notice>
  );
}

function Notice({
  title,
  children,
  action,
}: Readonly<{ title: string; children: string; action?: React.ReactNode }>) {
  return (
    <div className="flex w-full max-w-md flex-col gap-4">
      <h1 className="text-center text-xl font-semibold tracking-tight">Setup</h1>
      <Banner title={title} action={action}>
        {children}
      </Banner>
    </div>
  );
}
