"use client";

import { BadgeCheck, ChevronDown } from "lucide-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { AccountRole } from "@/lib/accounts/schema";
import { roleLabels } from "@/components/shared/role-labels";
import { SignInForm } from "./sign-in-form";

type Props = Readonly<{
  /** A path of this site. */
  next: string;
  account: Readonly<{ email: string; name: string; role: AccountRole }>;
  certificate: Readonly<{ identity: string; profile: string; serial: string; notAfter: Date }>;
}>;

const refusedMessage =
  "This certificate can’t be used to sign in anymore. Reload the page to see why.";
const unavailableMessage = "Sign-in isn’t available right now. Try again in a moment.";

/**
 * Shows which certificate the browser presented and which account it signs in to.
 */
export function CertificateSignIn({ next, account, certificate }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const go = async () => {
    setPending(true);
    const answer = await signIn("certificate", { redirect: false }).catch(() => undefined);
    if (answer?.ok && !answer.error) {
      window.location.assign(next);
      return;
    }
    setPending(false);
    setError(answer?.error === "CredentialsSignin" ? refusedMessage : unavailableMessage);
  };
  const facts = [
    ["Account", account.email],
    ["Role", roleLabels[account.role].label],
    ["Identity", certificate.identity],
    ["Profile", certificate.profile],
    ["Serial number", <MonoId key="serial" value={certificate.serial} label="serial number" />],
    ["Expires", <Time key="end" at={certificate.notAfter} show="minute" />],
  ] as const;
  return (
    <>
      <Card>
        <div className="flex flex-col gap-4">
          {error && (
            <Banner tone="danger" live>
              {error}
            </Banner>
          )}
          <div className="flex items-center gap-3">
            <span className="grid size-10 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
              <BadgeCheck aria-hidden className="size-5" />
            </span>
            <div className="min-w-0">
              <p className="truncate text-base font-semibold">{account.name}</p>
              <p className="text-xs text-muted">Your certificate signs in to this account.</p>
            </div>
          </div>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1.5 border-t border-border pt-3 text-sm">
            {facts.map(([label, value]) => (
              <div key={label} className="contents">
                <dt className="text-muted">{label}</dt>
                <dd className="min-w-0 break-words">{value}</dd>
              </div>
            ))}
          </dl>
          <Button
            variant="primary"
            size="lg"
            block
            loading={pending}
            onClick={() => {
              void go();
            }}
          >
            Continue as {account.name}
          </Button>
          <p className="text-center text-xs text-muted">
            You’re signed out when the certificate expires or is revoked.
          </p>
        </div>
      </Card>
      <details className="group rounded-lg text-sm">
        <summary className="flex cursor-pointer list-none items-center justify-center gap-1 rounded-md py-1 text-muted hover:text-text">
          Use a password instead
          <ChevronDown aria-hidden className="size-4 transition-transform group-open:rotate-180" />
        </summary>
        <div className="mt-3">
          <Card>
            <SignInForm next={next} focus={false} />
          </Card>
        </div>
      </details>
    </>
  );
}
