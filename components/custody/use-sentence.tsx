import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatCount, formatList, plural } from "@/lib/format/count";
import type { Origin } from "./group-uses";
import { serviceLabel } from "@/lib/format/service-label";

const maxNamed = 3;

/** "Used 412 times from 10.20.30.0/24 for orders and payments; 3 were denied." */
export function UseSentence({
  origin: { network, count, refused, services },
}: Readonly<{ origin: Origin }>) {
  const labels = [...new Set(services.map(({ service }) => serviceLabel(service)))],
    more = labels.length - maxNamed;
  const whereFor = formatList(
    more > 0 ? [...labels.slice(0, maxNamed), `${formatCount(more)} more`] : labels,
  );
  const all = refused === count;
  return (
    <>
      {all ? `Tried ${times(count)}` : `Used ${times(count)}`} from{" "}
      <span className="font-mono text-xs">{network}</span> for {whereFor}
      {all
        ? "; all were denied"
        : refused > 0
          ? `; ${formatCount(refused)} ${refused === 1 ? "was" : "were"} denied`
          : ""}
      .
    </>
  );
}

const times = (count: number): string => (count === 1 ? "once" : plural(count, "time"));

/** When it was first used there, and a link to the entries. */
export function UseSpan({
  origin: { network, count, firstAt, services },
  linked,
}: Readonly<{ origin: Origin; linked: boolean }>) {
  const certificateId = services[0]?.certificateId ?? "";
  return (
    <>
      {count > 1 && (
        <>
          first <Time at={firstAt} />
          {linked && " · "}
        </>
      )}
      {linked && (
        <Link
          href={`/audit?certificate=${encodeURIComponent(certificateId)}&ip=${encodeURIComponent(network)}&reads=include`}
        >
          {count === 1 ? "View entry" : "View entries"}
        </Link>
      )}
    </>
  );
}
