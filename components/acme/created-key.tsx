"use client";

import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { SecretList } from "@/components/ui/secret-line";
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
          <SecretList
            items={[
              { label: "Key ID", text: kid },
              { label: "HMAC key", text: hmacKey },
              { label: "Directory URL", text: directory },
            ]}
          />
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
