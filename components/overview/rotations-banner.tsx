import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";

/** How many certificates should have been replaced by now. */
export function RotationsBanner({ overdue }: Readonly<{ overdue: number }>) {
  if (overdue === 0) return null;
  return (
    <Banner
      tone="warning"
      title={`${plural(overdue, "requested rotation is", "requested rotations are")} overdue.`}
      action={<Link href="/certificates?rotation=overdue&sort=notAfter">View certificates</Link>}
    >
      The date to replace {overdue === 1 ? "the certificate" : "the certificates"} by is over, and
      there is no successor.
    </Banner>
  );
}
