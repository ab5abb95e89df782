"use client";

import { signIn } from "next-auth/react";
import { useState } from "react";
import { InstallRoot } from "@/components/authorities/shared/install-root";
import type { RootFile } from "@/components/authorities/shared/install-steps";
import { entryLabel } from "@/components/forms/show-receipt";
import { Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import type { ActionState } from "@/lib/auth/types";

export type SetupSummary = Readonly<{
  organization: string;
  authorities: readonly Readonly<{ id: string; name: string; kind: string; file: RootFile }>[];
}>;
type Props = Readonly<{
  done: Extract<ActionState<SetupSummary>, { ok: true }>;
  email: string;
  password: string;
}>;

/** What setup created. Opening Chancery signs in the new administrator. */
export function SetupDone({ done, email, password }: Props) {
  const [pending, setPending] = useState(false);
  const root = done.data.authorities.find(({ kind }) => kind === "root");
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
          <div className="flex flex-wrap justify-end gap-2">
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
      {root && (
        <Card
          title="Trust the root"
          description="Install it on every system that is to trust certificates issued here. These steps are also on the page of the root CA."
        >
          <InstallRoot root={root.file} />
        </Card>
      )}
    </Stack>
  );
}
