import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { SetupNotice } from "@/components/setup/setup-notice";
import { SetupWizard } from "@/components/setup/setup-wizard";
import { ButtonLink } from "@/components/ui/button";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { anonymousActor } from "@/lib/auth/session-actor";
import { getDeps } from "@/lib/runtime/get-deps";
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
      <SetupNotice
        title="Chancery is already set up."
        action={
          <ButtonLink href="/sign-in" variant="primary">
            Sign in
          </ButtonLink>
        }
      >
        The setup link works only once. Sign in to continue.
      </SetupNotice>
    );
  }
  if (typeof token === "string" && isSetupToken(token))
    return <SetupWizard token={token} action={setUp} />;
  await recordRefusal(deps.recorder, await anonymousActor(), {
    code: "setup.token",
    method: "GET",
    path: "/setup",
    status: 403,
  });
  forbidden();
}
