import { GiveDialog, KeepSharedDialog } from "./decide-dialogs";
import { nameTypeLabels } from "@/components/names/shared/name-text";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { ServerAction } from "@/lib/auth/types";
import type { ShareDto } from "@/lib/names/schema";
import { administratorsOnly } from "./name-actions";

type Props = Readonly<{
  share: ShareDto;
  decide: ServerAction<unknown>;
  mayManage: boolean;
}>;
type Member = ShareDto["members"][number];

/** Identities whose names overlap, and who keeps them. */
export function ConflictCard({ share, decide, mayManage }: Props) {
  const names = [
    ...new Set(share.members.flatMap((member) => member.names.map(({ value }) => value))),
  ];
  const blocker = mayManage ? systemBlocker(share) : administratorsOnly("decide");
  return (
    <Card
      title={titleOf(names)}
      description={
        <>
          Found on <Time at={share.createdAt} show="day" />, when names were first bound to
          identities.
        </>
      }
      footer={
        <div className="flex flex-wrap items-center justify-between gap-2">
          <span>Until this is decided, all of them keep their names.</span>
          <KeepSharedDialog share={share} decide={decide} disabledReason={blocker} />
        </div>
      }
    >
      <ul className="flex flex-col divide-y divide-border">
        {share.members.map((member) => (
          <li
            key={member.id}
            className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-2.5 first:pt-0 last:pb-0"
          >
            <MemberFacts member={member} />
            <GiveDialog
              share={share}
              member={member}
              decide={decide}
              disabledReason={blocker ?? ownNameBlocker(share, member)}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function titleOf(names: readonly string[]): string {
  const [first = "", second] = names;
  if (names.length <= 2) return second === undefined ? first : `${first} and ${second}`;
  return `${first} and ${names.length - 1} more names`;
}

const maxShown = 6;

function MemberFacts({ member }: Readonly<{ member: Member }>) {
  const { id, name, liveCertificates, lastIssuedAt } = member;
  const names = member.names.toSorted((one, other) => one.value.localeCompare(other.value));
  return (
    <div className="min-w-0 flex-1 basis-64 text-sm">
      <Link href={`/identities/${id}`} variant="quiet">
        {name}
      </Link>
      <ul>
        {names.slice(0, maxShown).map((held) => (
          <li key={held.id} className="flex min-w-0 gap-2">
            <span className="w-10 shrink-0 text-xs leading-5 text-muted">
              {nameTypeLabels[held.type]}
            </span>
            <span className="min-w-0 font-mono text-xs leading-5 break-all">{held.value}</span>
          </li>
        ))}
      </ul>
      {names.length > maxShown && (
        <p className="text-xs text-muted">and {names.length - maxShown} more</p>
      )}
      <p className="mt-0.5 text-xs text-muted">
        {plural(liveCertificates, "valid certificate")}
        {lastIssuedAt !== null && (
          <>
            , the last issued on <Time at={lastIssuedAt} show="day" />
          </>
        )}
      </p>
    </div>
  );
}

/** The hosts that Chancery is reached by stay its own. */
function systemBlocker({ members }: ShareDto): string | undefined {
  if (!members.some(({ kind }) => kind === "system")) return undefined;
  return "Chancery itself needs one of these names. Release it on the page of the other identity.";
}

function ownNameBlocker({ members }: ShareDto, member: Member): string | undefined {
  const other = members.find(
    ({ id, names }) => id !== member.id && names.some(({ origin }) => origin === "identity"),
  );
  return (
    other &&
    `One of these is the name of the identity ${other.name} itself. Keep the names shared, or rename the identity first.`
  );
}
