import { Award, Landmark } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Lifetime } from "@/components/shared/lifetime";
import {
  AuthorityState,
  authorityKindLabels,
} from "@/components/authorities/shared/authority-state";
import { IssuedLinks } from "./authority-links";
import { lifetimeState } from "./lifetime-state";

type Tree = Readonly<{
  authorities: readonly AuthorityDto[];
  /** How many certificates of each are about to expire, by its id. */
  expiring: ReadonlyMap<string, number>;
  now: Date;
  currentId?: string | undefined;
  /** Without lifetime and CRL, for a narrow column. */ compact?: boolean | undefined;
}>;

/** The CAs as a tree: each below the one that signed it, with what it issued. */
export function AuthorityTree(tree: Tree): ReactNode {
  return <Level tree={tree} parentId={null} />;
}

function Level({ tree, parentId }: Readonly<{ tree: Tree; parentId: string | null }>): ReactNode {
  const level = tree.authorities.filter((one) => one.parentId === parentId);
  if (level.length === 0) return null;
  return (
    <ul
      className={
        parentId === null
          ? "flex flex-col gap-4"
          : "mt-4 ml-3.5 flex flex-col gap-4 border-l border-border pl-4"
      }
    >
      {level.map((authority) => (
        <li key={authority.id}>
          <Node authority={authority} tree={tree} />
          <Level tree={tree} parentId={authority.id} />
        </li>
      ))}
    </ul>
  );
}

function Node({ authority, tree }: Readonly<{ authority: AuthorityDto; tree: Tree }>) {
  const { id, kind, keyAlgorithm, notAfter } = authority;
  const { compact = false } = tree;
  return (
    <div className="flex min-w-0 items-start gap-3">
      <span className="grid size-7 shrink-0 place-items-center rounded-full border border-border bg-sunken text-muted [&_svg]:size-4">
        {kind === "root" ? <Landmark aria-hidden /> : <Award aria-hidden />}
      </span>
      <div
        className={
          compact
            ? "min-w-0 flex-1"
            : "grid min-w-0 flex-1 gap-x-6 gap-y-2 lg:grid-cols-[minmax(0,1fr)_13rem_15rem]"
        }
      >
        <div className="min-w-0">
          <NodeName authority={authority} isCurrent={id === tree.currentId} />
          <p className="text-xs text-muted">
            {authorityKindLabels[kind]}, {keyAlgorithmLabel(keyAlgorithm)}
            {compact && notAfter && (
              <>
                , expires <Time at={notAfter} show="day" />
              </>
            )}
          </p>
        </div>
        <div className="text-xs">
          <Issued authority={authority} tree={tree} />
        </div>
        {!compact && <NodeLifetime authority={authority} now={tree.now} />}
      </div>
    </div>
  );
}

function NodeName({
  authority: { id, name, status },
  isCurrent,
}: Readonly<{ authority: AuthorityDto; isCurrent: boolean }>) {
  return (
    <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
      {isCurrent ? (
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
  );
}

/** What a CA issued, and its CRL; of one that isn't signed, what it waits for. */
function Issued({ authority, tree }: Readonly<{ authority: AuthorityDto; tree: Tree }>) {
  const { id, status } = authority;
  if (status === "pending")
    return <p className="text-muted">Waiting for confirmation on the host</p>;
  if (status === "failed") return <p className="text-muted">Rejected, or not confirmed in time</p>;
  return (
    <>
      <IssuedLinks authority={authority} expiring={tree.expiring.get(id) ?? 0} />
      {!tree.compact && <CrlLine authority={authority} />}
    </>
  );
}

function CrlLine({ authority: { crl } }: Readonly<{ authority: AuthorityDto }>) {
  return (
    <p className="text-muted">
      {crl ? (
        <>
          CRL published <Time at={crl.thisUpdate} />
        </>
      ) : (
        "No CRL yet"
      )}
    </p>
  );
}

function NodeLifetime({ authority, now }: Readonly<{ authority: AuthorityDto; now: Date }>) {
  const { notBefore, notAfter } = authority;
  if (notBefore === null || notAfter === null) return null;
  return (
    <div className="text-xs">
      <Lifetime {...{ notBefore, notAfter, now }} state={lifetimeState(authority, now)} />
    </div>
  );
}
