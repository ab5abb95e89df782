"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { AppError } from "@/lib/errors/app-error";
import { completeSetup } from "@/lib/setup/complete-setup";
import { setupInput } from "@/lib/setup/schema";
import { isSetupToken } from "./setup-token";

/** The one-time link stands in for a permission: nobody has a role before the first administrator exists. */
export const setUp = act(
  null,
  z.object({ token: z.string().max(256), setup: setupInput }),
  async (deps, actor, { token, setup }) => {
    if (!isSetupToken(token))
      throw new AppError(
        "setup.token",
        "This setup link is not valid. Open the one that the terminal printed last.",
        { kind: "forbidden" },
      );
    const { organization, authorities, entryId } = await completeSetup(
      deps,
      { ...actor, label: "the setup" },
      setup,
    );
    return {
      organization,
      authorities: authorities.map(({ id, name, kind }) => ({ id, name, kind })),
      entryId,
    };
  },
);
