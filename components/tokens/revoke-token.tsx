"use client";

import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Stack } from "@/components/ui/layout";
import type { ServerAction } from "@/lib/auth/types";
import type { RevokedToken, TokenDto, TokenList } from "@/lib/tokens/schema";
import { EndingTokens } from "./shared/ending-tokens";

export type TokenActions = Readonly<{
  revoke: ServerAction<RevokedToken>;
  list: ServerAction<TokenList>;
}>;

/** Revokes a token, after listing those that end with it. */
export function RevokeToken({
  token: { id, name, status },
  revoke,
  list,
}: TokenActions & Readonly<{ token: TokenDto }>) {
  if (status !== "active")
    return (
      <Button
        size="sm"
        disabledReason={
          status === "revoked" ? "This token is already revoked." : "This token has expired."
        }
      >
        Revoke
      </Button>
    );
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="danger-quiet">
          Revoke
        </Button>
      }
      title={`Revoke the token ${name}?`}
      consequence={
        <Stack gap="sm">
          <p>Programs that use it are denied from their next request on. This can’t be undone.</p>
          <EndingTokens
            load={list}
            query={{ madeWith: id }}
            none="No active token was created with it."
            some={(count) => `Also revokes ${count} created with it:`}
          />
        </Stack>
      }
      confirmLabel="Revoke"
      receipt="Token revoked."
      action={revoke}
      input={{ id }}
    />
  );
}
