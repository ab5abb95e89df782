import { Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { AcmeKeyDto, CreatedAcmeKey } from "@/lib/acme/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AcmeKeyDialog } from "./acme-key-dialog";
import { AcmeKeyTable } from "./acme-key-table";
import type { Enrollable } from "./enrollable";

type Props = Readonly<{
  identity: Enrollable;
  items: readonly AcmeKeyDto[];
  rootUrl: string;
  actions: Readonly<{ create: ServerAction<CreatedAcmeKey>; revoke: ServerAction<AcmeKeyDto> }>;
  may: Readonly<{
    write: boolean;
    /** Why no key can be created now. */
    denied: string | undefined;
  }>;
}>;

/** The keys with which ACME clients enroll for an identity. */
export function AcmeCard({ identity, items, rootUrl, actions, may }: Props) {
  return (
    <Card
      title="ACME"
      description="Keys with which certbot, lego and other ACME clients create accounts."
      padding="flush"
      aside={may.write && <CreateButton {...{ identity, rootUrl, actions, may }} />}
    >
      <AcmeKeyTable
        caption={`ACME keys of ${identity.name}`}
        items={items}
        revoke={may.write ? actions.revoke : undefined}
        empty={
          <p className="px-4 pb-4 text-sm text-muted">
            No ACME keys yet. With one, a server gets and renews its certificates by itself.
          </p>
        }
      />
    </Card>
  );
}

function CreateButton({ identity, rootUrl, actions, may }: Omit<Props, "items">) {
  const button = (
    <Button size="sm" icon={<Plus aria-hidden />} disabledReason={may.denied}>
      Create key
    </Button>
  );
  if (may.denied !== undefined) return button;
  return (
    <AcmeKeyDialog trigger={button} identity={identity} rootUrl={rootUrl} action={actions.create} />
  );
}
