"use client";

import { signIn } from "next-auth/react";
import { useState } from "react";
import { entryLabel } from "@/components/forms/show-receipt";
import { Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import type { ActionState } from "@/lib/auth/types";

export type SetupMade = Readonly<{
  organization: string;
  authorities: readonly Readonly<{ id: string; name: string; kind: string }>[];
  entryId: string;
}>;
type Props = Readonly<{
  done: Extract<ActionState<SetupMade>, { ok: true }>;
  email: string;
  password: string;
}>;

/** What was made, and the way in: the administrator who was just named is signed in. */
export function SetupDone({ done, email, password }: Props) {
  const [pending, setPending] = useState(false);
  const enter = async () => {
    setPending(true);
    await signIn("credentials", { email, password, redirect: false }).catch(() => undefined);
    window.location.assign("/");
  };
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)}>Set up.</Receipt>
      <Card>
        <Stack>
          <DataList
            items={[
              { label: "Organisation", value: done.data.organization },
              ...done.data.authorities.map(({ name, kind }) => ({
                label: kind === "root" ? "Root" : "Issuing",
                value: name,
              })),
              { label: "Administrator", value: email },
            ]}
          />
          <p className="text-sm text-muted">
            Put the root into the trust stores of whatever has to trust these certificates: it lies
            at <code className="font-mono text-xs">/ca/root.pem</code>. Then issue the first
            certificate.
          </p>
          <div className="flex justify-end">
            <Button
              variant="primary"
              autoFocus
              loading={pending}
              onClick={() => {
                void enter();
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
