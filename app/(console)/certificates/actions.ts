"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { previewCertificate } from "@/lib/certificates/preview-certificate";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/certificates/rotate-certificate";
import { issueInput, releaseInput, revokeInput, rotateInput } from "@/lib/certificates/schema";

const id = { id: z.string().max(128) };

export const issue = act("certificates.issue", issueInput, issueCertificate);
/** The identity may still be missing: the rest of the request is looked at all the same. */
export const preview = act(
  "certificates.issue",
  issueInput.extend({ identity: z.string().max(64) }),
  previewCertificate,
);
export const rotate = act(
  "certificates.rotate",
  rotateInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    rotateCertificate(deps, actor, certificate, input),
);
export const revoke = act(
  "certificates.revoke",
  revokeInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    revokeCertificate(deps, actor, certificate, input),
);
export const release = act(
  "certificates.revoke",
  releaseInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    releaseCertificate(deps, actor, certificate, input),
);
