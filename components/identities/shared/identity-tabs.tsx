import { LinkTabs } from "@/components/ui/tabs";
import { formatCount } from "@/lib/format/count";

/** The pages of the identities. */
export function IdentityTabs({
  conflicts,
}: Readonly<{ /** The number of undecided name conflicts. */ conflicts: number }>) {
  return (
    <div className="pb-4">
      <LinkTabs
        label="Identities"
        tabs={[
          { href: "/identities", label: "Identities" },
          {
            href: "/identities/conflicts",
            label: "Name conflicts",
            count: conflicts > 0 ? formatCount(conflicts) : undefined,
          },
        ]}
      />
    </div>
  );
}
