"use client";

import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { SecretText } from "@/components/ui/secret-line";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import { Tabs } from "@/components/ui/tabs";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import type { ActionState } from "@/lib/auth/types";
import { certbotScript, legoScript, type Enrollment } from "./enroll-commands";
import type { Enrollable } from "./enrollable";

type Props = Readonly<{
  done: Extract<ActionState<CreatedAcmeKey>, { ok: true }>;
  identity: Enrollable;
  rootUrl: string;
}>;

/** A new enrollment key: what a client is configured with, and scripts that do it. */
export function CreatedKey({ done, identity, rootUrl }: Props) {
  const { kid, hmacKey, directory, names } = done.data;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        ACME key created.
      </Receipt>
      {hmacKey === null ? (
        <Banner tone="warning" title="The HMAC key was already shown and can’t be shown again.">
          Revoke this key and create another one.
        </Banner>
      ) : (
        <>
          <Banner tone="warning" title="Copy the HMAC key now.">
            It won’t be shown again. Chancery stores it only encrypted.
          </Banner>
          <dl className="grid gap-2">
            <Value label="Key ID" text={kid} />
            <Value label="HMAC key" text={hmacKey} />
            <Value label="Directory URL" text={directory} />
          </dl>
          <Commands
            enrollment={{
              kid,
              hmacKey,
              directory,
              rootUrl,
              name: names[0] ?? identity.example ?? "NAME",
              email: emailOf(identity),
            }}
          />
        </>
      )}
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}

/** The owner, if that is an address; clients want one for the account. */
const emailOf = ({ owner }: Enrollable): string =>
  /^[^\s@]+@[^\s@]+$/.test(owner) ? owner : "ops@example.com";

function Value({ label, text }: Readonly<{ label: string; text: string }>) {
  return (
    <div className="flex items-center gap-3 rounded-lg border border-border bg-sunken py-1 pr-1 pl-3">
      <dt className="w-20 shrink-0 text-xs text-muted sm:w-24">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center gap-2">
        <SecretText text={text} copyLabel={`Copy ${label}`} />
      </dd>
    </div>
  );
}

function Commands({ enrollment }: Readonly<{ enrollment: Enrollment }>) {
  const tabs = [
    ["certbot", certbotScript(enrollment)],
    ["lego", legoScript(enrollment)],
  ] as const;
  return (
    <Tabs
      label="Clients"
      tabs={tabs.map(([client, code]) => ({
        value: client,
        label: client,
        content: <CodeBlock label={`Commands for ${client}`} code={code} />,
      }))}
    />
  );
}
