"use client";

import { Download } from "lucide-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { entryLabel } from "@/components/forms/show-receipt";
import { Receipt } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import type { ActionState } from "@/lib/auth/types";

export type SetupSummary = Readonly<{
  organization: string;
  authorities: readonly Readonly<{ id: string; name: string; kind: string }>[];
}>;
type Props = Readonly<{
  done: Extract<ActionState<SetupSummary>, { ok: true }>;
  email: string;
  password: string;
}>;

/** What setup created. Opening Chancery signs in the new administrator. */
export function SetupDone({ done, email, password }: Props) {
  const [pending, setPending] = useState(false);
  const openChancery = async () => {
    setPending(true);
    await signIn("credentials", { email, password, redirect: false }).catch(() => undefined);
    window.location.assign("/");
  };
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)}>Setup complete.</Receipt>
      <Card>
        <Stack>
          <DataList
            items={[
              { label: "Organization", value: done.data.organization },
              ...done.data.authorities.map(({ name, kind }) => ({
                label: kind === "root" ? "Root CA" : "Issuing CA",
                value: name,
              })),
              { label: "Administrator", value: email },
            ]}
          />
          <p className="text-sm text-muted">
            Install the root certificate on every system that should trust certificates issued here.
            Then issue your first certificate.
          </p>
          <div className="flex flex-wrap justify-end gap-2">
            <ButtonLink href="/ca/root.pem" download icon={<Download aria-hidden />}>
              Download root certificate
            </ButtonLink>
            <Button
              variant="primary"
              autoFocus
              loading={pending}
              onClick={() => {
                void openChancery();
              }}
            >
              Open Chancery
            </Button>
          </div>
        </Stack>
      </Card>
    </Stack>
  );
}
