import { Link } from "@/components/ui/link";
import { formatCount } from "@/lib/format/count";
import type { AuthorityDto } from "@/lib/authorities/schema";

/** The valid and the expiring certificates of a CA, each a link to exactly these. */
export function IssuedLinks({
  authority: { slug, counts },
  expiring,
}: Readonly<{ authority: Pick<AuthorityDto, "slug" | "counts">; expiring: number }>) {
  const list = `/certificates?authority=${encodeURIComponent(slug)}`;
  return (
    <>
      <Link href={`${list}&state=valid&own=include`}>{formatCount(counts.valid)} valid</Link>
      {" · "}
      {expiring > 0 ? (
        <Link href={`${list}&state=expiring&sort=notAfter`}>{formatCount(expiring)} expiring</Link>
      ) : (
        <span className="text-muted">none expiring</span>
      )}
    </>
  );
}
