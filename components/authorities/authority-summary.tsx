import { Lifetime } from "@/components/shared/lifetime";
import { Link } from "@/components/ui/link";
import { SummaryStrip, type SummaryItem } from "@/components/ui/summary-strip";
import { Time } from "@/components/ui/time";
import { TimeBar } from "@/components/ui/time-bar";
import { formatCount, plural } from "@/lib/format/count";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { IssuedLinks } from "./authority-links";
import { lifetimeState } from "./lifetime-state";

type Props = Readonly<{
  authority: AuthorityDto;
  /** The CA that signed it; undefined for a root. */
  parent: AuthorityDto | undefined;
  expiring: number;
  now: Date;
}>;

/** What matters about a CA: its lifetime, what it issued, its CRL, and who signed it. */
export function AuthoritySummary({ authority, parent, expiring, now }: Props) {
  return (
    <SummaryStrip
      items={[
        lifetimeItem(authority, now),
        issuedItem(authority, expiring),
        crlItem(authority, now),
        parentItem(parent),
      ]}
    />
  );
}

function lifetimeItem(authority: AuthorityDto, now: Date): SummaryItem {
  const { notBefore, notAfter } = authority;
  if (notBefore === null || notAfter === null)
    return { label: "Lifetime", value: "Not signed yet" };
  return {
    label: "Lifetime",
    value: <Lifetime {...{ notBefore, notAfter, now }} state={lifetimeState(authority, now)} />,
  };
}

const issuedItem = (authority: AuthorityDto, expiring: number): SummaryItem => {
  const { held, revoked, expired } = authority.counts;
  return {
    label: "Certificates",
    value: <IssuedLinks authority={authority} expiring={expiring} />,
    hint: `${formatCount(held)} on hold, ${formatCount(revoked)} revoked, ${formatCount(expired)} expired`,
  };
};

function crlItem({ crl }: AuthorityDto, now: Date): SummaryItem {
  if (crl === null) return { label: "CRL", value: "None yet" };
  const { thisUpdate, nextUpdate, entryCount } = crl;
  const isOverdue = now.getTime() > Date.parse(nextUpdate);
  return {
    label: "CRL",
    value: (
      <div className="flex flex-col gap-1.5">
        <p>
          Published <Time at={thisUpdate} />
        </p>
        <TimeBar
          label="Time until the CRL is outdated, passed"
          from={thisUpdate}
          to={nextUpdate}
          now={now}
          tone={isOverdue ? "revoked" : "accent"}
        />
      </div>
    ),
    hint: (
      <>
        {isOverdue ? "Outdated since" : "Next"} <Time at={nextUpdate} /> ·{" "}
        {plural(entryCount, "certificate")}
      </>
    ),
  };
}

const parentItem = (parent: AuthorityDto | undefined): SummaryItem =>
  parent
    ? {
        label: "Signed by",
        value: <Link href={`/authorities/${parent.id}`}>{parent.name}</Link>,
        hint: parent.kind === "root" && (
          <Link href={`/authorities/${parent.id}#trust`}>Install this root on your systems</Link>
        ),
      }
    : {
        label: "Signed by",
        value: "Itself: a root",
        hint: <Link href="#trust">Install it on your systems</Link>,
      };
