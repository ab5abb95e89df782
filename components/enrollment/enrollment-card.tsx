import { Plus } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import type { ServerAction } from "@/lib/auth/types";
import type { CreatedEnrollmentSecret, EnrollmentSecretDto } from "@/lib/enrollment/schema";
import { SecretDialog } from "./secret-dialog";
import { SecretTable } from "./secret-table";
import type { Enrolling } from "./types";

type Props = Readonly<{
  identity: Enrolling;
  items: readonly EnrollmentSecretDto[];
  rootUrl: string;
  actions: Readonly<{
    create: ServerAction<CreatedEnrollmentSecret>;
    revoke: ServerAction<EnrollmentSecretDto>;
  }>;
  may: Readonly<{
    write: boolean;
    /** Why no secret can be created now. */
    denied: string | undefined;
  }>;
}>;

/** The one-time secrets with which machines get their first certificate for an identity. */
export function EnrollmentCard({ identity, items, rootUrl, actions, may }: Props) {
  return (
    <Card
      title="Enrollment secrets"
      description="One-time secrets for machines that enroll over EST, ACME or the API."
      padding="flush"
      aside={may.write && <CreateButton {...{ identity, rootUrl, actions, may }} />}
    >
      <SecretTable
        caption={`Enrollment secrets of ${identity.name}`}
        items={items}
        revoke={may.write ? actions.revoke : undefined}
        empty={
          <p className="px-4 pb-4 text-sm text-muted">
            No enrollment secrets yet. With one, a machine gets its first certificate by itself.
          </p>
        }
      />
    </Card>
  );
}

function CreateButton({ identity, rootUrl, actions, may }: Omit<Props, "items">) {
  const button = (
    <Button size="sm" icon={<Plus aria-hidden />} disabledReason={may.denied}>
      Create secret
    </Button>
  );
  if (may.denied !== undefined) return button;
  return (
    <SecretDialog trigger={button} identity={identity} rootUrl={rootUrl} action={actions.create} />
  );
}
