import { EnforceDialog } from "./enforce-dialog";
import { UnboundTable } from "./unbound-table";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { NameBindingDto } from "@/lib/names/schema";
import { administratorsOnly } from "./name-actions";

type Props = Readonly<{
  binding: NameBindingDto;
  enforce: ServerAction<NameBindingDto>;
  mayManage: boolean;
}>;

/** While names are only observed: what enforcing them changes, and what stops then. */
export function EnforcePanel({ binding: { unbound, unboundCount }, enforce, mayManage }: Props) {
  return (
    <Stack>
      <Card
        title="Names aren't enforced yet"
        footer={
          <div className="flex flex-wrap items-center justify-between gap-2">
            <span>Enforcing can&apos;t be undone. Issued certificates stay valid.</span>
            <EnforceDialog
              unboundCount={unboundCount}
              action={enforce}
              disabledReason={mayManage ? undefined : administratorsOnly("enforce names")}
            />
          </div>
        }
      >
        <div className="flex max-w-2xl flex-col gap-2 text-sm">
          <p>
            Your certificates are from before Chancery bound names to identities. It has given each
            identity the names of its certificates, and for now only warns when a certificate
            carries a name that its identity doesn&apos;t hold.
          </p>
          <p>
            Once you enforce names, such requests are denied.{" "}
            {unboundCount === 0
              ? "Every valid certificate carries only names that its identity holds, so all of them can be renewed afterward."
              : `${plural(unboundCount, "valid certificate")} can't be renewed afterward, unless you add the names to ${unboundCount === 1 ? "its identity" : "their identities"} first.`}
          </p>
        </div>
      </Card>
      {unboundCount > 0 && (
        <Card
          title="Can't be renewed afterward"
          description={`${plural(unboundCount, "certificate")} with names that ${unboundCount === 1 ? "its identity doesn't" : "their identities don't"} hold.${unbound.length < unboundCount ? ` The first ${unbound.length.toLocaleString("en")} are listed.` : ""}`}
          padding="flush"
        >
          <UnboundTable items={unbound} />
        </Card>
      )}
    </Stack>
  );
}
