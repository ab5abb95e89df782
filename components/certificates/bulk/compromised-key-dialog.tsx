"use client";

import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CommentField } from "@/components/forms/comment-field";
import { textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import { MonoId } from "@/components/ui/mono-id";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { BlockedKey, KeyOfText } from "@/lib/certificates/schema";

type Actions = Readonly<{ find: ServerAction<KeyOfText>; block: ServerAction<BlockedKey> }>;

/**
 * Finds every certificate of a key that may be known to others, or blocks a key that has none.
 */
export function CompromisedKeyDialog(actions: Actions) {
  return (
    <Dialog
      title="Find certificates by key"
      trigger={<Button icon={<KeyRound aria-hidden />}>Compromised key</Button>}
      description="Lists every certificate with the same public key, so that you can revoke all of them and block the key."
    >
      <KeyForms {...actions} />
    </Dialog>
  );
}

type Pasted = KeyOfText & Readonly<{ text: string }>;

function KeyForms({ find, block }: Actions) {
  const [none, setNone] = useState<Pasted | null>(null);
  if (none !== null && !none.blocked)
    return (
      <BlockForm
        action={block}
        pasted={none}
        onBack={() => {
          setNone(null);
        }}
      />
    );
  return <FindForm action={find} blocked={none} onNone={setNone} />;
}

function FindForm({
  action,
  blocked,
  onNone,
}: Readonly<{
  action: Actions["find"];
  /** A key without certificates that is blocked already. */
  blocked: Pasted | null;
  onNone: (pasted: Pasted | null) => void;
}>) {
  const router = useRouter();
  const close = useCloseDialog();
  const [text, setText] = useState("");
  return (
    <ActionForm
      action={action}
      fields={["text"]}
      submitLabel="Find certificates"
      receipt=""
      input={(form) => ({ text: textOf(form, "text") })}
      onFailure={() => {
        onNone(null);
      }}
      onDone={({ data }) => {
        if (data.certificates === 0) {
          onNone({ ...data, text });
          return;
        }
        close();
        router.push(`/certificates?key=${data.keySha256}`);
      }}
    >
      {({ errors }) => (
        <>
          {blocked !== null && (
            <Banner live title="This key is blocked">
              No certificate has it, and none is issued for it.
            </Banner>
          )}
          <TextareaField
            label="Public key, CSR or certificate"
            name="text"
            rows={8}
            required
            value={text}
            onChange={(event) => {
              setText(event.target.value);
            }}
            error={errors("text")}
            hint="In PEM. Never paste the private key: openssl pkey -in key.pem -pubout prints its public key."
          />
        </>
      )}
    </ActionForm>
  );
}

/** For a key that has no certificate here: what leaked can still be kept from getting one. */
function BlockForm({
  action,
  pasted: { text, keySha256 },
  onBack,
}: Readonly<{ action: Actions["block"]; pasted: Pasted; onBack: () => void }>) {
  return (
    <ActionForm
      action={action}
      fields={["comment"]}
      submitLabel="Block key"
      submitTone="danger"
      receipt="Key blocked."
      input={(form) => ({ key: text, comment: textOf(form, "comment") })}
      secondaryActions={<Button onClick={onBack}>Back</Button>}
    >
      {({ errors }) => (
        <>
          <Banner live tone="warning" title="No certificate has this key">
            So there is nothing to revoke. If its private key may be known to others, block it: no
            certificate is issued for it from then on, in the console or over the API, ACME, EST or
            the compatible APIs. A key is never unblocked.
          </Banner>
          <p className="text-sm text-muted">
            SHA-256 of the public key:{" "}
            <MonoId value={keySha256} label="SHA-256 of the public key" />
          </p>
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}
