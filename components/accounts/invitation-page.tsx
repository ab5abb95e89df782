"use client";

import { useEffect, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { InvitationDto } from "@/lib/accounts/schema";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import { InvitationForm } from "./invitation-form";

type Props = Readonly<{
  read: ServerAction<InvitationDto>;
  accept: ServerAction<Readonly<{ email: string }>>;
  /** The sign-in page on the port that requests a client certificate. */
  certificateHref: string | null;
}>;
type Failure = Extract<ActionState, { ok: false }>;
type View =
  | Readonly<{ state: "loading" }>
  | Readonly<{ state: "failed"; failure: Failure }>
  | Readonly<{ state: "open"; token: string; invitation: InvitationDto }>;

const lost: Failure = {
  ok: false,
  code: "connection.lost",
  message: "The server didn't respond. Reload this page.",
  fieldErrors: {},
  findings: [],
};

/**
 * Reads the link's secret from the address, and shows whose account it is for, or what is wrong.
 */
export function InvitationPage({ read, accept, certificateHref }: Props) {
  const [view, setView] = useState<View>({ state: "loading" });
  useEffect(() => {
    const open = async () => {
      const token = window.location.hash.slice(1);
      const answer = await read(null, { token: token.slice(0, 128) }).catch(() => lost);
      setView(
        answer.ok
          ? { state: "open", token, invitation: answer.data }
          : { state: "failed", failure: answer },
      );
    };
    const reopen = () => void open();
    reopen();
    window.addEventListener("hashchange", reopen);
    return () => {
      window.removeEventListener("hashchange", reopen);
    };
  }, [read]);
  return (
    <div className="w-full max-w-sm">
      <h1 className="pb-4 text-center text-xl font-semibold tracking-tight">
        {view.state === "failed" ? "This link doesn’t work" : "Set your password"}
      </h1>
      {view.state === "loading" && (
        <p role="status" className="text-center text-sm text-muted">
          Loading…
        </p>
      )}
      {view.state === "failed" && <Failed failure={view.failure} />}
      {view.state === "open" && (
        <Card>
          <InvitationForm
            token={view.token}
            invitation={view.invitation}
            accept={accept}
            certificateHref={view.invitation.hasCertificate ? certificateHref : null}
          />
        </Card>
      )}
    </div>
  );
}

function Failed({ failure }: Readonly<{ failure: Failure }>) {
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="danger" live>
        {failure.message}
      </Banner>
      <ButtonLink href="/sign-in" block>
        Go to sign-in
      </ButtonLink>
    </div>
  );
}
