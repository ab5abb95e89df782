"use client";

import { useState, type FormEvent } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { ShowApiCall } from "@/components/forms/show-api-call";
import { errorsOf, useAction } from "@/components/forms/use-action";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Stack } from "@/components/ui/layout";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { CertificateDto, CertificatePreview } from "@/lib/certificates/schema";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { NewKey } from "@/lib/keys/make-key";
import type { IssueProfile } from "./issue-profile";
import { IssueReceipt } from "./issue-receipt";
import type { KeySource } from "./new-key/key-source";
import { LeaveQuestion } from "./new-key/leave-question";
import { likelyNames } from "./new-key/likely-names";
import {
  missingNameLabels,
  unsavedKeyOf,
  useNewKey,
  type NewKeyState,
} from "./new-key/use-new-key";
import { PreviewPane } from "./preview-pane";
import { RequestFields } from "./request-fields";
import { isError } from "./request-preview";
import { requestOf, useIssueDraft, type DraftRequest } from "./use-issue-draft";
import { usePreview, type PreviewState, type ShownPreview } from "./use-preview";

type Props = Readonly<{
  /** At least one. */
  profiles: readonly [IssueProfile, ...IssueProfile[]];
  identity: PickedIdentity | null;
  issue: ServerAction<CertificateDto>;
  preview: ServerAction<CertificatePreview>;
  findIdentities: ServerAction<IdentityList>;
  createIdentity?: ServerAction<IdentityDto> | undefined;
  /** Whether the user can share and transfer names. */
  mayManageNames: boolean;
  /** The server's time. */
  now: string;
}>;

/**
 * Issues a certificate from a CSR, or with a key that is made in the page or by Chancery. Shows everything that
 * will be signed before it is signed.
 */
export function IssueForm(props: Props) {
  const [round, setRound] = useState(0);
  return (
    <IssueRound
      key={round}
      {...props}
      onAnother={() => {
        setRound(round + 1);
      }}
    />
  );
}

const missingLabels: Readonly<Record<NonNullable<DraftRequest["missing"]>, string>> = {
  csr: "Paste a CSR first.",
  name: missingNameLabels.name,
  "right-name": missingNameLabels["right-name"],
  key: "Creating the key…",
  lifetime: "Fix the lifetime first.",
};

/** Why the button can't be pressed: it issues exactly what the preview shows, or nothing. */
function issueBlocker(
  { missing }: DraftRequest,
  { problem }: NewKeyState,
  identity: PickedIdentity | null,
  { preview, pending, failure }: PreviewState,
): string | undefined {
  if (missing !== null) return (missing === "key" ? problem : null) ?? missingLabels[missing];
  if (identity === null) return "Choose an identity first.";
  if (pending) return "Checking the request…";
  if (failure !== null) return "Load the preview first.";
  return preview?.plan && !preview.findings.some(isError)
    ? undefined
    : "Resolve the problems first.";
}

function submitLabel(preview: ShownPreview | null): string {
  const count = preview?.findings.some(isError) ? 0 : (preview?.addNames.length ?? 0);
  return count === 0 ? "Issue certificate" : `Add ${plural(count, "name")} and issue`;
}

const changedCodes = ["name.additions-changed", "certificate.preview-changed"];

/** The certificate may exist: its key must not be lost. */
const isUnknown = (state: ActionState | null): boolean =>
  state?.ok === false && ["connection.lost", "outcome.unknown"].includes(state.code);

/** Whether something else than the form changed what would be issued. */
const hasChanged = (state: ActionState): boolean =>
  !state.ok &&
  [state.code, ...state.findings.map(({ code }) => code)].some((code) =>
    changedCodes.includes(code),
  );

/** What the preview says about the lifetime, for its field. */
const lifetimeErrors = ({ preview, pending }: PreviewState): string[] =>
  pending
    ? []
    : (preview?.findings ?? [])
        .filter((finding) => isError(finding) && lifetimePaths.includes(finding.path ?? ""))
        .map(({ message }) => message);
const lifetimePaths = ["validitySeconds", "notAfter"];

function IssueRound({
  profiles,
  identity: initialIdentity,
  issue,
  preview,
  findIdentities,
  createIdentity,
  mayManageNames,
  now,
  onAnother,
}: Props & Readonly<{ onAnother: () => void }>) {
  const { draft, change } = useIssueDraft({ slug: profiles[0].slug, identity: initialIdentity });
  const { state, pending, run } = useAction(issue);
  const profile = profiles.find((one) => one.slug === draft.slug) ?? profiles[0];
  const newKey = useNewKey({
    enabled: draft.source !== "paste",
    byServer: draft.source === "server",
    algorithms: profile.keyAlgorithms,
    takesCommonName: profile.commonName !== "forbidden",
    initial: likelyNames(initialIdentity, profile),
  });
  const [sentKey, setSentKey] = useState<NewKey | null>(null);
  // Chancery was asked to make the key: the answer is the only place that has it.
  const [askedKey, setAskedKey] = useState(false);
  const request = requestOf(draft, newKey);
  const current = usePreview(
    preview,
    request.input,
    request.missing === "key" && newKey.problem === null,
  );
  const blocker = issueBlocker(request, newKey, draft.identity, current);
  const plan = current.pending ? null : current.preview?.plan;
  const issueShown = async () => {
    // What the preview answers is sent, not what the fields hold by now.
    const { input, preview: shown } = current;
    const addNames = shown?.addNames ?? [];
    const isMadeHere = input?.csr !== undefined && input.csr === newKey.made?.csr;
    setSentKey(isMadeHere ? (newKey.made?.key ?? null) : null);
    setAskedKey(input?.key !== undefined);
    const answer = await run({ ...input, addNames, previewSha256: shown?.plan?.sha256 });
    if (hasChanged(answer)) current.reload();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pending && blocker === undefined) void issueShown();
  };
  if (state?.ok)
    return (
      <IssueReceipt
        done={state}
        unsaved={unsavedKeyOf(sentKey, state.data.privateKeyPem, newKey.tools)}
        onAnother={onAnother}
      />
    );
  return (
    <form
      noValidate
      onSubmit={submit}
      className="grid items-start gap-4 xl:grid-cols-2 [&>*]:min-w-0"
    >
      <Stack>
        <RequestFields
          {...{ profiles, profile, newKey, draft, change, now, findIdentities, createIdentity }}
          csrErrors={errorsOf(state, "csr")}
          notAfter={plan?.notAfter ?? null}
          lifetimeErrors={lifetimeErrors(current)}
        />
        <LeaveQuestion
          active={(sentKey !== null && (pending || isUnknown(state))) || (askedKey && pending)}
        />
        {state && <IssueProblem state={state} source={draft.source} />}
        <ShowApiCall
          read={() => {
            if (request.input === null) return null;
            const addNames = current.pending ? undefined : current.preview?.addNames;
            return { path: "/certificates", body: { ...request.input, addNames } };
          }}
        />
        <div className="flex justify-end">
          <Button
            type="submit"
            variant="primary"
            size="lg"
            loading={pending}
            disabledReason={blocker}
          >
            {submitLabel(current.preview)}
          </Button>
        </div>
      </Stack>
      <div className="xl:sticky xl:top-4">
        <PreviewPane
          source={draft.source}
          request={request}
          current={current}
          mayManageNames={mayManageNames}
        />
      </div>
    </form>
  );
}

/** Why nothing was issued. */
function IssueProblem({ state, source }: Readonly<{ state: ActionState; source: KeySource }>) {
  if (state.ok) return null;
  if (!hasChanged(state))
    return <ErrorBanner failure={state} fields={source === "paste" ? ["csr"] : []} />;
  return (
    <Banner tone="warning" live title="The preview has changed. Nothing was issued.">
      Names, the profile or its CA were changed since the preview was loaded. It is up to date
      again: check it, then issue the certificate.
    </Banner>
  );
}
