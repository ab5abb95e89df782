"use client";

import { MoreHorizontal, Plus } from "lucide-react";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CommentForm } from "@/components/forms/comment-dialog";
import { numberOf, textOf } from "@/components/forms/form-values";
import { AcceptExisting } from "@/components/identities/shared/accept-existing";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import { useAcceptance } from "@/components/identities/shared/use-acceptance";
import { usePickedIdentity } from "@/components/identities/shared/use-picked-identity";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto, IdentityList, IdentityPowerDto } from "@/lib/identities/schema";
import type { ProxyDto, ProxyEffects as Effects } from "@/lib/proxies/schema";
import { ProxyEffects } from "./proxy-effects";
import { ProxyFields, proxyFieldNames } from "./proxy-fields";

type TrustProps = Readonly<{
  trust: ServerAction<ProxyDto>;
  find: ServerAction<IdentityList>;
  power: ServerAction<IdentityPowerDto>;
  createIdentity: ServerAction<IdentityDto> | undefined;
}>;
const fieldsOf = (form: FormData) => ({
  kind: textOf(form, "kind"),
  hops: numberOf(form, "hops"),
  scopes: form.getAll("scopes").map(String),
  note: textOf(form, "note"),
});

/** Trusts an identity to pass on the certificates or addresses of its clients. */
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
      description="Requests from this proxy will count for its clients, as far as you allow here, and never for the proxy itself."
    >
      <TrustForm {...props} />
    </Dialog>
  );
}

function TrustForm({ trust, find, power, createIdentity }: TrustProps) {
  const { picked: identity, pick, acceptance, onFailure } = usePickedIdentity(power);
  return (
    <ActionForm
      action={trust}
      fields={proxyFieldNames}
      submitLabel="Trust proxy"
      receipt="Proxy trusted."
      disabledReason={acceptance.disabledReason}
      onFailure={onFailure}
      input={(form) => ({
        identity: identity?.id ?? "",
        accepted: acceptance.digest,
        ...fieldsOf(form),
      })}
    >
      {({ errors }) => (
        <>
          <IdentityPicker
            picked={identity}
            onPick={pick}
            search={find}
            create={createIdentity}
            error={errors("identity")}
            hint="The service or device whose client certificate the proxy presents. Use an identity that no other program uses."
          />
          <ProxyFields errors={errors} />
          {identity && (
            <AcceptExisting
              acceptance={acceptance}
              identity={identity}
              effect="speak for the clients of this proxy"
            />
          )}
        </>
      )}
    </ActionForm>
  );
}

type MenuProps = Readonly<{
  proxy: ProxyDto;
  update: ServerAction<ProxyDto>;
  remove: ServerAction<ProxyDto>;
  power: ServerAction<IdentityPowerDto>;
  effects: ServerAction<Effects>;
}>;

/** Changes a proxy. A wider scope asks for what its identity has already to be accepted. */
function EditForm({ proxy, update, power }: Omit<MenuProps, "remove" | "effects">) {
  const acceptance = useAcceptance(power);
  return (
    <ActionForm
      action={update}
      fields={proxyFieldNames}
      submitLabel="Save"
      receipt="Saved."
      disabledReason={acceptance.disabledReason}
      onFailure={({ code }) => {
        if (code === "power.unaccepted") void acceptance.load(proxy.identity.id);
      }}
      input={(form) => ({ id: proxy.id, accepted: acceptance.digest, ...fieldsOf(form) })}
    >
      {({ errors }) => (
        <>
          <ProxyFields given={proxy} errors={errors} />
          <AcceptExisting
            acceptance={acceptance}
            identity={proxy.identity}
            effect="speak for the clients of this proxy"
          />
        </>
      )}
    </ActionForm>
  );
}

/** The actions for one proxy. */
export function ProxyMenu({ proxy, update, remove, power, effects }: MenuProps) {
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
        label={`Actions for ${name}`}
        trigger={
          <IconButton
            size="sm"
            label={`Actions for ${name}`}
            icon={<MoreHorizontal aria-hidden />}
          />
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
        description="Changes apply from the next request. Without the console, sessions that were started through it end."
      >
        <EditForm proxy={proxy} update={update} power={power} />
      </Dialog>
      <Dialog
        open={open === "remove"}
        onOpenChange={close}
        title={`Stop trusting ${name}?`}
        description="From the next request, Chancery refuses everything this proxy passes on. Requests to a service that authorizes through it are denied. The certificates it has don’t count for itself either."
      >
        <CommentForm
          action={remove}
          fixedInput={{ id }}
          submitLabel="Stop trusting"
          receipt="Proxy no longer trusted."
          tone="danger"
        >
          <ProxyEffects id={id} load={effects} />
        </CommentForm>
      </Dialog>
    </span>
  );
}
