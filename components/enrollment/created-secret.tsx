"use client";

import { CreatedOnce } from "@/components/forms/created-once";
import type { Created } from "@/components/forms/shown-once-dialog";
import { AcmeEnrollment, contactOf } from "@/components/shared/acme-enrollment";
import { CodeBlock } from "@/components/ui/code-block";
import { Stack } from "@/components/ui/layout";
import { SecretList } from "@/components/ui/secret-line";
import { Tabs } from "@/components/ui/tabs";
import type { CreatedEnrollmentSecret } from "@/lib/enrollment/schema";
import { estScript } from "./est-commands";
import type { Enrolling } from "./types";

type Props = Readonly<{
  done: Created<CreatedEnrollmentSecret>;
  identity: Enrolling;
  rootUrl: string;
}>;

/** A new enrollment secret: what a machine is configured with, and commands that enroll it. */
export function CreatedSecret({ done, identity, rootUrl }: Props) {
  const { secret, hmacKey, directory } = done.data;
  const est = <EstEnrollment created={done.data} identity={identity} rootUrl={rootUrl} />;
  return (
    <CreatedOnce
      done={done}
      receipt="Enrollment secret created."
      secretName="secret"
      hasSecret={secret !== null}
      remedy="Revoke it and create another one."
      stored="Chancery stores only its hash, and the HMAC key for ACME encrypted."
    >
      {directory === null || hmacKey === null ? (
        est
      ) : (
        <Tabs
          label="Protocols"
          tabs={[
            { value: "est", label: "EST", content: est },
            {
              value: "acme",
              label: "ACME",
              content: <AcmeEnrollment enrollment={acmeOf(done.data, identity, rootUrl)} />,
            },
          ]}
        />
      )}
    </CreatedOnce>
  );
}

function EstEnrollment({
  created: { id, secret, estUrl },
  identity,
  rootUrl,
}: Readonly<{ created: CreatedEnrollmentSecret; identity: Enrolling; rootUrl: string }>) {
  const name = identity.example ?? "NAME";
  return (
    <Stack>
      <SecretList
        items={[
          { label: "User", text: id },
          { label: "Secret", text: secret ?? "" },
          { label: "EST URL", text: estUrl },
        ]}
      />
      <CodeBlock
        label="Commands for curl"
        code={estScript({ id, secret: secret ?? "", estUrl, rootUrl, name })}
      />
    </Stack>
  );
}

const acmeOf = (
  { id, hmacKey, directory }: CreatedEnrollmentSecret,
  { owner, example }: Enrolling,
  rootUrl: string,
) => ({
  kid: id,
  hmacKey: hmacKey ?? "",
  directory: directory ?? "",
  rootUrl,
  name: example ?? "NAME",
  email: contactOf(owner),
});
