"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { issueInput, releaseInput, revokeInput, rotateInput } from "@/lib/certificates/schema";

const id = { id: z.string().max(128) };

export const issue = defineAction("certificates.issue", issueInput, issueCertificate);
/** The identity may be missing: everything else is checked in any case. */
export const preview = defineQuery(
  "certificates.issue",
  issueInput.extend({ identity: z.string().max(64) }),
  previewCertificate,
);
export const rotate = defineAction(
  "certificates.rotate",
  rotateInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    rotateCertificate(deps, actor, certificate, input),
);
export const revoke = defineAction(
  "certificates.revoke",
  revokeInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    revokeCertificate(deps, actor, certificate, input),
);
export const release = defineAction(
  "certificates.revoke",
  releaseInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    releaseCertificate(deps, actor, certificate, input),
);
