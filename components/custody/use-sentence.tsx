import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatCount, joinWords, plural } from "@/lib/format/count";
import type { Origin } from "./group-uses";
import { serviceWord } from "@/lib/format/service-word";

const named = 3;

/** "Used 412 times from 10.20.30.0/24 for orders and payments; 3 were refused." */
export function UseSentence({
  origin: { network, count, refused, services },
}: Readonly<{ origin: Origin }>) {
  const words = [...new Set(services.map(({ service }) => serviceWord(service)))],
    more = words.length - named;
  const whereFor = joinWords(
    more > 0 ? [...words.slice(0, named), `${formatCount(more)} more`] : words,
  );
  const all = refused === count;
  return (
    <>
      {all ? `Tried ${times(count)}` : `Used ${times(count)}`} from{" "}
      <span className="font-mono text-xs">{network}</span> for {whereFor}
      {all
        ? "; every one was refused"
        : refused > 0
          ? `; ${formatCount(refused)} ${refused === 1 ? "was" : "were"} refused`
          : ""}
      .
    </>
  );
}

const times = (count: number): string => (count === 1 ? "once" : plural(count, "time"));

/** When it began there, and the way to each use. */
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
          {count === 1 ? "The entry" : "Each of them"}
        </Link>
      )}
    </>
  );
}
