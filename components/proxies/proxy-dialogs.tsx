"use client";

import { MoreHorizontal, Plus } from "lucide-react";
import { useState } from "react";
import { ActForm } from "@/components/forms/act-form";
import { CommentForm } from "@/components/forms/comment-dialog";
import { numberOf, textOf } from "@/components/forms/form-values";
import { IdentityPicker, type PickedIdentity } from "@/components/identities/identity-picker";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { ProxyDto } from "@/lib/proxies/schema";
import { ProxyFields, proxyFieldNames } from "./proxy-fields";

type TrustProps = Readonly<{
  trust: ServerAction<ProxyDto>;
  find: ServerAction<IdentityList>;
  createIdentity: ServerAction<IdentityDto> | undefined;
}>;
const fieldsOf = (form: FormData) => ({
  kind: textOf(form, "kind"),
  hops: numberOf(form, "hops"),
  note: textOf(form, "note"),
});

/** Trusts an identity to speak for the clients in front of it. */
export function TrustProxy(props: TrustProps) {
  return (
    <Dialog
      size="md"
      trigger={
        <Button variant="primary" icon={<Plus aria-hidden />}>
          Trust a proxy
        </Button>
      }
      title="Trust a proxy"
      description="From then on its certificates speak for the clients whose certificates it passes on, and no longer for itself."
    >
      <TrustForm {...props} />
    </Dialog>
  );
}

function TrustForm({ trust, find, createIdentity }: TrustProps) {
  const [identity, setIdentity] = useState<PickedIdentity | null>(null);
  return (
    <ActForm
      action={trust}
      fields={proxyFieldNames}
      submitLabel="Trust"
      receipt="Trusted."
      input={(form) => ({ identity: identity?.id ?? "", ...fieldsOf(form) })}
    >
      {({ errors }) => (
        <>
          <IdentityPicker
            picked={identity}
            onPick={setIdentity}
            search={find}
            create={createIdentity}
            error={errors("identity")}
            hint="The service or device whose client certificate the proxy shows. Nobody else shares it."
          />
          <ProxyFields errors={errors} />
        </>
      )}
    </ActForm>
  );
}

/** The acts on one proxy. */
export function ProxyActs({
  proxy,
  update,
  remove,
}: Readonly<{ proxy: ProxyDto; update: ServerAction<ProxyDto>; remove: ServerAction<ProxyDto> }>) {
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const {
      id,
      identity: { name },
    } = proxy,
    close = (next: boolean) => {
      if (!next) setOpen(null);
    };
  return (
    <span className="relative z-1 inline-flex">
      <DropdownMenu
        label={`Acts on ${name}`}
        trigger={
          <IconButton size="sm" label={`Acts on ${name}`} icon={<MoreHorizontal aria-hidden />} />
        }
      >
        <MenuItem
          onSelect={() => {
            setOpen("edit");
          }}
        >
          Edit
        </MenuItem>
        <MenuItem
          tone="danger"
          onSelect={() => {
            setOpen("remove");
          }}
        >
          Stop trusting
        </MenuItem>
      </DropdownMenu>
      <Dialog
        open={open === "edit"}
        onOpenChange={close}
        title={`Proxy ${name}`}
        description="What is changed counts from the next request on."
      >
        <ActForm
          action={update}
          fields={proxyFieldNames}
          submitLabel="Save"
          receipt="Saved."
          input={(form) => ({ id, ...fieldsOf(form) })}
        >
          {({ errors }) => <ProxyFields given={proxy} errors={errors} />}
        </ActForm>
      </Dialog>
      <Dialog
        open={open === "remove"}
        onOpenChange={close}
        title={`Stop trusting ${name}?`}
        description="From the next request on nothing that it says of others counts: every service that asks through it is closed to everybody."
      >
        <CommentForm
          action={remove}
          fixed={{ id }}
          submitLabel="Stop trusting"
          receipt="Not trusted any more."
          tone="danger"
        />
      </Dialog>
    </span>
  );
}
