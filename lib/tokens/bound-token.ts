import type { Role } from "@/lib/access/roles";
import { AppError } from "@/lib/errors/app-error";
import { plural } from "@/lib/format/count";
import { formatMinute } from "@/lib/format/time";
import { dayMs } from "@/lib/format/time-units";
import { adminTokenDays, isWithin, type TokenInput } from "./schema";

/** The token or account that makes a token, as it is now. Null parts do not apply. */
export type TokenMaker = Readonly<{
  /** The token that the request came with. */
  parent: Readonly<{
    id: string;
    name: string;
    expiresAt: Date | null;
    lineage: readonly string[];
  }> | null;
  /** The account of the signed-in user, or the one that the parent belongs to. */
  account: Readonly<{ id: string; email: string }> | null;
  /** The roles of all of them: the new token has to be within each. */
  roles: readonly Role[];
}>;

/** What a new token is bound to. */
export type TokenBounds = Readonly<{
  expiresAt: Date | null;
  parentId: string | null;
  accountId: string | null;
  /** Nearest first. */
  lineage: readonly string[];
}>;

/** Tokens that make tokens that make tokens: more generations than these help no one. */
const maxGenerations = 10;

/**
 * Bounds a token by its maker: never a wider role, never a later end. Without a wish for an end it
 * takes over that of its parent; administrator tokens have one in any case. Pure. Errors:
 * `token.outranks-maker`, `token.outlives-maker`, `token.lineage-too-long`.
 */
export function boundToken(
  { parent, account, roles }: TokenMaker,
  { role, expiresInDays }: Pick<TokenInput, "role" | "expiresInDays">,
  now: Date,
): TokenBounds {
  if (!roles.every((makerRole) => isWithin(role, makerRole)))
    throw new AppError(
      "token.outranks-maker",
      "A token can't do more than its creator. Choose your own role, or ask an administrator.",
    );
  if (parent !== null && parent.lineage.length + 1 > maxGenerations)
    throw new AppError(
      "token.lineage-too-long",
      `This token comes from ${maxGenerations} generations of tokens. Create the new one with an older token, in the console or on the command line.`,
    );
  return {
    expiresAt: boundEnd(parent?.expiresAt ?? null, endOf(role, expiresInDays, now), now),
    parentId: parent?.id ?? null,
    accountId: account?.id ?? null,
    lineage: parent === null ? [] : [parent.id, ...parent.lineage],
  };
}

type End = Readonly<{ at: Date | null; isExplicit: boolean }>;

function endOf(role: Role, days: number | null, now: Date): End {
  const used = days ?? (role === "admin" ? adminTokenDays.preset : null);
  return {
    at: used === null ? null : new Date(now.getTime() + used * dayMs),
    isExplicit: days !== null,
  };
}

function boundEnd(latest: Date | null, { at, isExplicit }: End, now: Date): Date | null {
  if (latest === null || (at !== null && at <= latest)) return at;
  if (!isExplicit) return latest;
  const days = Math.floor((latest.getTime() - now.getTime()) / dayMs);
  const fix = days < 1 ? "Leave" : `Enter at most ${plural(days, "day")}, or leave`;
  const message = `The token you use expires on ${formatMinute(latest)}, and the new one can't outlive it. ${fix} the field empty.`;
  throw new AppError("token.outlives-maker", message, {
    findings: [{ code: "token.outlives-maker", path: "expiresInDays", message }],
  });
}
