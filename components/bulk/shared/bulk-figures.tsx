import { Time } from "@/components/ui/time";
import { severityLabels } from "@/components/shared/severity-labels";
import { formatCount, formatList, plural } from "@/lib/format/count";
import {
  type BulkAct,
  type BulkPreview,
  changesAlerts,
  changesIdentities,
} from "@/lib/bulk/schema";
import { exclusionText } from "./bulk-words";

const shownExamples = 3;

const changesStatus: ReadonlySet<BulkAct> = new Set(["revoke", "hold", "release"]);
/** What a certificate without a successor leaves nothing to use instead of. */
const endsUse: ReadonlySet<BulkAct> = new Set(["revoke", "hold", "suspend"]);

/** What a bulk action would do, in numbers. */
export function BulkFigures({ figures }: Readonly<{ figures: BulkPreview }>) {
  const { act, excluded, withoutSuccessor, rotation } = figures;
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm marker:text-edge">
      <li>{scopeText(figures)}</li>
      {excluded.map((one) => (
        <li key={one.why}>
          <LeftOut {...one} />
        </li>
      ))}
      {rotation !== null && <Holders {...rotation} />}
      {act !== "assign" && !changesAlerts(act) && (
        <li>
          <Uses {...figures.lastDay} />
        </li>
      )}
      {endsUse.has(act) && withoutSuccessor > 0 && (
        <li>
          {plural(withoutSuccessor, "valid certificate has", "valid certificates have")} no
          successor.
        </li>
      )}
      {changesStatus.has(act) && (
        <li>OCSP reflects each change within 1 second, the CRL within 5.</li>
      )}
    </ul>
  );
}

function scopeText(figures: BulkPreview): string {
  const { act, count, selected, identities, certificates, severities } = figures;
  const outOf = selected === count ? "" : `, out of ${selected} selected`;
  if (severities !== null) {
    const each = severities.map(
      (one) => `${formatCount(one.count)} ${severityLabels[one.severity].toLowerCase()}`,
    );
    return `${plural(count, "alert")}${outOf}${each.length === 0 ? "" : `: ${formatList(each)}`}.`;
  }
  const identityCount = plural(identities, "identity", "identities");
  return changesIdentities(act)
    ? `${identityCount} with ${plural(certificates, "valid certificate")}${outOf}.`
    : `${plural(count, "certificate")} of ${identityCount}${outOf}.`;
}

/** Why some are left out, and which. */
function LeftOut({ why, count, examples }: BulkPreview["excluded"][number]) {
  const text = exclusionText(why, count);
  if (examples.length <= shownExamples)
    return (
      <>
        {text} ({formatList(examples)}).
      </>
    );
  return (
    <details>
      <summary className="cursor-pointer">{text}.</summary>
      {formatList(examples)}
      {count > examples.length ? ` and ${count - examples.length} more` : ""}.
    </details>
  );
}

/** Who has to replace them. */
function Holders({ acme, others, owners }: NonNullable<BulkPreview["rotation"]>) {
  return (
    <>
      {acme > 0 && (
        <li>
          {plural(acme, "was", "were")} issued over ACME: clients that ask for renewal information
          (ARI) get a window before the date, others renew at their usual time.
        </li>
      )}
      {others > 0 && (
        <li>
          {plural(others, "was", "were")} not issued over ACME: people or other programs have to
          replace {others === 1 ? "it" : "them"} ({plural(owners, "owner")}).
        </li>
      )}
    </>
  );
}

function Uses({ certificates, services, networks, lastUsedAt }: BulkPreview["lastDay"]) {
  if (certificates === 0) return "None was used in the last 24 hours, as far as Chancery can tell.";
  return (
    <>
      {plural(certificates, "certificate was", "certificates were")} used in the last 24 hours, on{" "}
      {plural(services, "service")} from {plural(networks, "network")}
      {lastUsedAt !== null && (
        <>
          , last <Time at={lastUsedAt} />
        </>
      )}
      .
    </>
  );
}
