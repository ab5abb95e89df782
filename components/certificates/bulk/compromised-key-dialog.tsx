"use client";

import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { KeyOfText } from "@/lib/certificates/schema";

type Props = Readonly<{ action: ServerAction<KeyOfText> }>;

/** Finds every certificate of a key that may be known to others. */
export function CompromisedKeyDialog({ action }: Props) {
  return (
    <Dialog
      title="Find certificates by key"
      trigger={<Button icon={<KeyRound aria-hidden />}>Compromised key</Button>}
      description="Lists every certificate with the same public key, so that you can revoke all of them and block the key."
    >
      <KeyForm action={action} />
    </Dialog>
  );
}

function KeyForm({ action }: Props) {
  const router = useRouter();
  const close = useCloseDialog();
  const [none, setNone] = useState<KeyOfText | null>(null);
  return (
    <ActionForm
      action={action}
      fields={["text"]}
      submitLabel="Find certificates"
      receipt=""
      input={(form) => ({ text: textOf(form, "text") })}
      onFailure={() => {
        setNone(null);
      }}
      onDone={({ data }) => {
        if (data.certificates === 0) {
          setNone(data);
          return;
        }
        close();
        router.push(`/certificates?key=${data.keySha256}`);
      }}
    >
      {({ errors }) => (
        <>
          {none !== null && (
            <Banner live title="No certificate has this key">
              Nothing was issued for it here, so there is nothing to revoke or block.
            </Banner>
          )}
          <TextareaField
            label="Public key, CSR or certificate"
            name="text"
            rows={8}
            required
            error={errors("text")}
            hint="In PEM. Never paste the private key: openssl pkey -in key.pem -pubout prints its public key."
          />
        </>
      )}
    </ActionForm>
  );
}
