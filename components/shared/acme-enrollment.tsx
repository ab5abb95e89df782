"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { Stack } from "@/components/ui/layout";
import { SecretList } from "@/components/ui/secret-line";
import { Tabs } from "@/components/ui/tabs";
import { certbotScript, legoScript, type Enrollment } from "./acme-commands";

/** What an ACME client is configured with, and scripts that do it. */
export function AcmeEnrollment({ enrollment }: Readonly<{ enrollment: Enrollment }>) {
  const tabs = [
    ["certbot", certbotScript(enrollment)],
    ["lego", legoScript(enrollment)],
  ] as const;
  return (
    <Stack>
      <SecretList
        items={[
          { label: "Key ID", text: enrollment.kid },
          { label: "HMAC key", text: enrollment.hmacKey },
          { label: "Directory URL", text: enrollment.directory },
        ]}
      />
      <Tabs
        label="Clients"
        tabs={tabs.map(([client, code]) => ({
          value: client,
          label: client,
          content: <CodeBlock label={`Commands for ${client}`} code={code} />,
        }))}
      />
    </Stack>
  );
}

/** The owner, if that is an address; clients want one for the account. */
export const contactOf = (owner: string): string =>
  /^[^\s@]+@[^\s@]+$/.test(owner) ? owner : "ops@example.com";
