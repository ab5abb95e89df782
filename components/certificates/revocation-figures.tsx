import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { RevocationPreview } from "@/lib/certificates/schema";

/** What revoking would mean, in figures. */
export function RevocationFigures({ figures }: Readonly<{ figures: RevocationPreview }>) {
  const {
    lastUsedAt,
    uses,
    origins,
    otherCertificatesOfIdentity: others,
    successor,
    certificate,
  } = figures;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
      <li>
        {lastUsedAt === null ? (
          "Chancery has not seen it used; services that check it themselves are not counted."
        ) : (
          <>
            Last used <Time at={lastUsedAt} />: {plural(uses, "use")} from{" "}
            {plural(origins, "address", "addresses")}.
          </>
        )}
      </li>
      <li>
        {others === 0
          ? `It is the only certificate of ${certificate.identity.name}.`
          : `${certificate.identity.name} has ${plural(others, "other certificate")}.`}
      </li>
      <li>
        {successor === null ? (
          "It has no successor. What uses it stops working when it checks the status."
        ) : (
          <>
            Its successor is <Link href={`/certificates/${successor.id}`}>{successor.status}</Link>{" "}
            and ends <Time at={successor.notAfter} />.
          </>
        )}
      </li>
      <li>OCSP says so within a second, the CRL within five.</li>
    </ul>
  );
}
