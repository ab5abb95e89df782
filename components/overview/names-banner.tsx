import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";
import type { NameBindingDto } from "@/lib/names/schema";

/** What administrators still have to do so that every name has one holder. */
export function NamesBanner({
  binding,
  conflicts,
}: Readonly<Pick<NameBindingDto, "binding" | "conflicts">>) {
  if (binding === "enforced" && conflicts === 0) return null;
  const open = plural(conflicts, "name conflict");
  const action = (
    <Link href="/identities/conflicts">
      {conflicts > 0 ? "Review conflicts" : "Review and enforce"}
    </Link>
  );
  if (binding === "enforced")
    return (
      <Banner tone="warning" title={`${open} to decide.`} action={action}>
        Until you decide, all identities of a conflict keep their names.
      </Banner>
    );
  return (
    <Banner tone="warning" title="Names aren't enforced yet." action={action}>
      {conflicts > 0 && `${open} to decide. `}
      Until you enforce names, identities can get certificates for names that they don&apos;t hold.
    </Banner>
  );
}
