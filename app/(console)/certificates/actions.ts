"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { cancelRotationRequest } from "@/lib/certificates/cancel-rotation-request";
import { requestRotation as requestRotationOf } from "@/lib/certificates/request-rotation";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { issueInput, previewInput, rotateForm } from "@/lib/certificates/request-schema";
import {
  cancelRotationRequestInput,
  releaseInput,
  requestRotationInput,
  revokeInput,
} from "@/lib/certificates/schema";

const id = { id: z.string().max(128) };

export const issue = defineAction("certificates.issue", issueInput, issueCertificate);
export const preview = defineQuery("certificates.issue", previewInput, previewCertificate);
export const rotate = defineAction(
  "certificates.rotate",
  rotateForm,
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
export const requestRotation = defineAction(
  "certificates.rotate",
  requestRotationInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    requestRotationOf(deps, actor, certificate, input),
);
export const withdrawRotationRequest = defineAction(
  "certificates.rotate",
  cancelRotationRequestInput.extend(id),
  (deps, actor, { id: certificate, ...input }) =>
    cancelRotationRequest(deps, actor, certificate, input),
);
