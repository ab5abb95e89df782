import { Award, Landmark } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatCount } from "@/lib/format/count";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import {
  AuthorityState,
  authorityKindLabels,
} from "@/components/authorities/shared/authority-state";

type Props = Readonly<{
  authorities: readonly AuthorityDto[];
  parentId?: string | null | undefined;
  currentId?: string | undefined;
  /** Name and state only, for a narrow column. */ compact?: boolean | undefined;
}>;

/** The CAs as a tree: each below the one that signed it. */
export function AuthorityTree({
  authorities,
  parentId = null,
  currentId,
  compact = false,
}: Props): ReactNode {
  const level = authorities.filter((one) => one.parentId === parentId);
  if (level.length === 0) return null;
  return (
    <ul
      className={
        parentId === null
          ? "flex flex-col gap-3"
          : "mt-3 ml-3.5 flex flex-col gap-3 border-l border-border pl-4"
      }
    >
      {level.map((authority) => (
        <li key={authority.id}>
          <Node authority={authority} current={authority.id === currentId} compact={compact} />
          <AuthorityTree
            authorities={authorities}
            parentId={authority.id}
            currentId={currentId}
            compact={compact}
          />
        </li>
      ))}
    </ul>
  );
}

function Node({
  authority,
  current,
  compact,
}: Readonly<{ authority: AuthorityDto; current: boolean; compact: boolean }>) {
  const { id, name, kind, status, keyAlgorithm, notAfter, counts, crl } = authority;
  return (
    <div className="flex min-w-0 items-start gap-3">
      <span className="grid size-7 shrink-0 place-items-center rounded-full border border-border bg-sunken text-muted [&_svg]:size-4">
        {kind === "root" ? <Landmark aria-hidden /> : <Award aria-hidden />}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          {current ? (
            <span aria-current="true" className="font-medium break-words">
              {name}
            </span>
          ) : (
            <Link href={`/authorities/${id}`} variant="quiet">
              {name}
            </Link>
          )}
          <AuthorityState status={status} />
        </div>
        <p className="text-xs text-muted">
          {authorityKindLabels[kind]}, {keyAlgorithmLabel(keyAlgorithm)}
          {notAfter && (
            <>
              , expires <Time at={notAfter} show="day" />
            </>
          )}
        </p>
        {!compact && (
          <p className="text-xs text-muted">
            {formatCount(counts.valid)} valid, {formatCount(counts.held)} on hold,{" "}
            {formatCount(counts.revoked)} revoked, {formatCount(counts.expired)} expired
            {crl && (
              <>
                {" · "}CRL {crl.number}, next <Time at={crl.nextUpdate} />
              </>
            )}
          </p>
        )}
      </div>
    </div>
  );
}
