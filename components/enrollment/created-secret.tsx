"use client";

import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import { SecretList } from "@/components/ui/secret-line";
import type { ActionState } from "@/lib/auth/types";
import type { CreatedEnrollmentSecret } from "@/lib/enrollment/schema";
import { estScript } from "./est-commands";
import type { Enrolling } from "./types";

type Props = Readonly<{
  done: Extract<ActionState<CreatedEnrollmentSecret>, { ok: true }>;
  identity: Enrolling;
  rootUrl: string;
}>;

/** A new enrollment secret: what a machine is configured with, and commands that enroll it. */
export function CreatedSecret({ done, identity, rootUrl }: Props) {
  const { id, secret, estUrl } = done.data;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Enrollment secret created.
      </Receipt>
      {secret === null ? (
        <Banner tone="warning" title="The secret was already shown and can’t be shown again.">
          Revoke it and create another one.
        </Banner>
      ) : (
        <>
          <Banner tone="warning" title="Copy the secret now.">
            It won’t be shown again. Chancery stores only its hash.
          </Banner>
          <SecretList
            items={[
              { label: "User", text: id },
              { label: "Secret", text: secret },
              { label: "EST URL", text: estUrl },
            ]}
          />
          <CodeBlock
            label="Commands for curl"
            code={estScript({ id, secret, estUrl, rootUrl, name: identity.example ?? "NAME" })}
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
