"use client";

import { CreatedOnce } from "@/components/forms/created-once";
import type { Created } from "@/components/forms/shown-once-dialog";
import { CodeBlock } from "@/components/ui/code-block";
import { SecretList } from "@/components/ui/secret-line";
import { Tabs } from "@/components/ui/tabs";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import { certbotScript, legoScript, type Enrollment } from "./enroll-commands";
import type { Enrollable } from "./enrollable";

type Props = Readonly<{
  done: Created<CreatedAcmeKey>;
  identity: Enrollable;
  rootUrl: string;
}>;

/** A new enrollment key: what a client is configured with, and scripts that do it. */
export function CreatedKey({ done, identity, rootUrl }: Props) {
  const { kid, hmacKey, directory, names } = done.data;
  const enrollment = {
    kid,
    hmacKey: hmacKey ?? "",
    directory,
    rootUrl,
    name: names[0] ?? identity.example ?? "NAME",
    email: emailOf(identity),
  };
  return (
    <CreatedOnce
      done={done}
      receipt="ACME key created."
      secretName="HMAC key"
      hasSecret={hmacKey !== null}
      remedy="Revoke this key and create another one."
      stored="Chancery stores it only encrypted."
    >
      <SecretList
        items={[
          { label: "Key ID", text: kid },
          { label: "HMAC key", text: enrollment.hmacKey },
          { label: "Directory URL", text: directory },
        ]}
      />
      <Commands enrollment={enrollment} />
    </CreatedOnce>
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
