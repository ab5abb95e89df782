"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { AppError } from "@/lib/errors/app-error";
import { completeSetup } from "@/lib/setup/complete-setup";
import { setupInput } from "@/lib/setup/schema";
import { isSetupToken } from "./setup-token";

/**
 * The token of the one-time link replaces a permission: no roles exist before the first
 * administrator.
 */
export const setUp = defineAction(
  null,
  z.object({ token: z.string().max(256), setup: setupInput }),
  async (deps, actor, { token, setup }) => {
    if (!isSetupToken(token))
      throw new AppError(
        "setup.token",
        "This setup link isn't valid. Open the link that the terminal printed last.",
      );
    const { result, entryId } = await completeSetup(
      deps,
      { ...actor, label: "the setup" },
      setup,
      token,
    );
    const authorities = result.authorities.map(({ id, name, kind, slug, urls, ...rest }) => ({
      id,
      name,
      kind,
      file: {
        slug,
        fingerprintSha256: rest.fingerprintSha256 ?? "",
        pemUrl: urls.certificatePem,
        derUrl: urls.certificate,
      },
    }));
    return { result: { organization: result.organization, authorities }, entryId };
  },
);
