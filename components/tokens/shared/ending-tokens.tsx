"use client";

import { useEffect, useState } from "react";
import { roleLabels } from "@/components/shared/role-labels";
import { Time } from "@/components/ui/time";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { TokenDto, TokenList, TokenQueryInput } from "@/lib/tokens/schema";

const maxListed = 8;

type Props = Readonly<{
  load: ServerAction<TokenList>;
  /** Which tokens end: those made with a token, or those of an account. */
  query: Pick<TokenQueryInput, "madeWith" | "account">;
  /** Of these, only those that really end. */
  ends?: ((token: TokenDto) => boolean) | undefined;
  none: string;
  /** "Also revokes 3 tokens created with it." */
  some: (count: string) => string;
}>;

/** Lists the tokens that end with an action, before it is confirmed. */
export function EndingTokens({ load, query, ends, none, some }: Props) {
  const { madeWith, account } = query;
  const [state, setState] = useState<ActionState<TokenList> | "failed" | null>(null);
  useEffect(() => {
    let isCurrent = true;
    load(null, { madeWith, account, status: "active", limit: 200 })
      .then((next) => {
        if (isCurrent) setState(next);
      })
      .catch(() => {
        if (isCurrent) setState("failed");
      });
    return () => {
      isCurrent = false;
    };
  }, [load, madeWith, account]);
  return (
    <div role="status" className="text-sm">
      {state === null ? (
        "Looking for tokens that end with it…"
      ) : state === "failed" || !state.ok ? (
        "The tokens that end with it couldn’t be listed. They end all the same."
      ) : (
        <TokenNames list={state.data} ends={ends} none={none} some={some} />
      )}
    </div>
  );
}

function TokenNames({
  list: { items, nextCursor },
  ends = () => true,
  none,
  some,
}: Readonly<{ list: TokenList }> & Pick<Props, "ends" | "none" | "some">) {
  const ending = items.filter(ends);
  if (ending.length === 0) return none;
  const more = ending.length - maxListed;
  return (
    <>
      <p>{some(countText(ending.length, nextCursor !== null))}</p>
      <ul className="mt-1.5 flex list-disc flex-col gap-1 pl-5 marker:text-edge">
        {ending.slice(0, maxListed).map(({ id, name, role, lastUsedAt }) => (
          <li key={id} className="break-words">
            <span className="font-medium text-text">{name}</span> ({roleLabels[role].label}),{" "}
            {lastUsedAt === null ? (
              "never used"
            ) : (
              <>
                last used <Time at={lastUsedAt} />
              </>
            )}
          </li>
        ))}
        {more > 0 && <li>and {countText(more, nextCursor !== null)}</li>}
      </ul>
    </>
  );
}

const countText = (count: number, isMore: boolean): string =>
  `${count}${isMore ? " or more" : ""} ${count === 1 && !isMore ? "token" : "tokens"}`;
