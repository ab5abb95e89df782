"use client";

import { CreatedOnce } from "@/components/forms/created-once";
import type { Created } from "@/components/forms/shown-once-dialog";
import { CodeBlock } from "@/components/ui/code-block";
import { SecretList } from "@/components/ui/secret-line";
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
  const { id, secret, estUrl } = done.data;
  return (
    <CreatedOnce
      done={done}
      receipt="Enrollment secret created."
      secretName="secret"
      hasSecret={secret !== null}
      remedy="Revoke it and create another one."
      stored="Chancery stores only its hash."
    >
      <SecretList
        items={[
          { label: "User", text: id },
          { label: "Secret", text: secret ?? "" },
          { label: "EST URL", text: estUrl },
        ]}
      />
      <CodeBlock
        label="Commands for curl"
        code={estScript({
          id,
          secret: secret ?? "",
          estUrl,
          rootUrl,
          name: identity.example ?? "NAME",
        })}
      />
    </CreatedOnce>
  );
}
