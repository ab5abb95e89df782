import { Time } from "@/components/ui/time";
import { formatList, plural } from "@/lib/format/count";
import type { BulkPreview } from "@/lib/bulk/schema";
import { exclusionText } from "./bulk-words";

/** What a bulk action would do, in numbers. */
export function BulkFigures({ figures }: Readonly<{ figures: BulkPreview }>) {
  const { act, count, selected, excluded, identities, withoutSuccessor, lastDay } = figures;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
      <li>
        {plural(count, "certificate")} of {plural(identities, "identity", "identities")}
        {selected === count ? "" : `, out of ${selected} selected`}.
      </li>
      {excluded.map(({ why, count: left, examples }) => (
        <li key={why}>
          {exclusionText(why, left)} ({formatList(examples)}
          {left > examples.length ? " …" : ""}).
        </li>
      ))}
      <li>
        {lastDay.certificates === 0 ? (
          "None was used in the last 24 hours, as far as Chancery can tell."
        ) : (
          <>
            {plural(lastDay.certificates, "certificate was", "certificates were")} used in the last
            24 hours, on {plural(lastDay.services, "service")} from{" "}
            {plural(lastDay.networks, "network")}
            {lastDay.lastUsedAt !== null && (
              <>
                , last <Time at={lastDay.lastUsedAt} />
              </>
            )}
            .
          </>
        )}
      </li>
      {act !== "release" && withoutSuccessor > 0 && (
        <li>
          {plural(withoutSuccessor, "valid certificate has", "valid certificates have")} no
          successor.
        </li>
      )}
      <li>OCSP reflects each change within 1 second, the CRL within 5.</li>
    </ul>
  );
}
