import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { RevocationPreview } from "@/lib/certificates/schema";

/** The consequences of revoking, in numbers. */
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
          "No recorded use. Services that verify it without Chancery are not counted."
        ) : (
          <>
            Last used <Time at={lastUsedAt} />: {plural(uses, "use")} from{" "}
            {plural(origins, "address", "addresses")}.
          </>
        )}
      </li>
      <li>
        {others === 0
          ? `The only certificate of ${certificate.identity.name}.`
          : `${certificate.identity.name} has ${plural(others, "other certificate")}.`}
      </li>
      <li>
        {successor === null ? (
          "No successor. Clients that use it stop working as soon as its status is checked."
        ) : (
          <>
            The successor is <Link href={`/certificates/${successor.id}`}>{successor.status}</Link>{" "}
            and expires <Time at={successor.notAfter} />.
          </>
        )}
      </li>
      <li>OCSP reflects this within 1 second, the CRL within 5.</li>
    </ul>
  );
}
