import { Siren } from "lucide-react";
import { AnchorCard } from "@/components/log/anchor-card";
import { BrowserCard } from "@/components/log/browser-card";
import { CheckpointCard } from "@/components/log/checkpoint-card";
import { ContinueDialog } from "@/components/log/continue-dialog";
import { HaltCard } from "@/components/log/halt-card";
import { LogChain } from "@/components/log/log-chain";
import { VerifyIndependentlyCard } from "@/components/log/verify-independently-card";
import { SourceTable } from "@/components/log/source-table";
import { StateStrip } from "@/components/log/state-strip";
import { VerificationCard } from "@/components/log/verification-card";
import { WitnessTable } from "@/components/log/witness-table";
import { Button, ButtonLink } from "@/components/ui/button";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listAnchors } from "@/lib/log/anchor/read-anchors";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { getLogState } from "@/lib/log/live/get-log-state";
import type { LogState } from "@/lib/log/view-types";
import { listVerifications } from "@/lib/log/live/verifications";
import { openContinuation, verify } from "./actions";

const anchorsShown = 5,
  verificationsShown = 6;

export const metadata = { title: "Log & proofs" };

export default async function LogPage() {
  const { actor, deps } = await openPage("audit.read", { action: "log.read" });
  // Includes work that finished a moment ago.
  await awaitIndexed(deps.db);
  const [state, { items: anchors }, verifications] = await Promise.all([
    getLogState(deps, actor),
    listAnchors(deps, actor, { limit: anchorsShown }),
    listVerifications(deps, actor, verificationsShown),
  ]);
  const may = (permission: "audit.verify" | "log.continue") =>
    scopeOf(actor.role, permission) !== "none";
  return (
    <>
      <PageHeader
        title="Log & proofs"
        description="Checkpoints, witnesses and verification results of the audit log."
        action={
          may("audit.verify") && (
            <ButtonLink href="/audit/drill" icon={<Siren aria-hidden />}>
              Tamper drill
            </ButtonLink>
          )
        }
      />
      <StateStrip state={state} nowMs={deps.clock.now().getTime()} />
      <Stack>
        {state.halted && (
          <HaltCard
            halted={state.halted}
            action={
              may("log.continue") ? (
                <ContinueDialog halted={state.halted} action={openContinuation} />
              ) : (
                <Button size="sm" disabledReason="Only an administrator can open a continuation.">
                  Open continuation
                </Button>
              )
            }
          />
        )}
        <Grid columns="main">
          <Stack>
            <CheckpointCard state={state} nowMs={deps.clock.now().getTime()} />
            <VerificationCard
              last={verifications[0] ?? state.verification}
              older={verifications.slice(1)}
              size={state.size}
              request={verify}
              blockedBy={whyNotVerify(state, may("audit.verify"))}
            />
            <WitnessTable state={state} />
            <SourceTable sources={state.sources} />
          </Stack>
          <Stack>
            <BrowserCard state={state} />
            <LogChain logs={state.logs} />
            <AnchorCard anchors={state.anchors} latest={anchors} />
            <VerifyIndependentlyCard
              publicUrl={deps.publicUrl}
              vkey={state.logs[0]?.vkey ?? null}
            />
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}

function whyNotVerify({ halted }: LogState, may: boolean): string | undefined {
  if (!may) return "Your role can’t verify the log.";
  return halted
    ? "The audit log is halted, so a verification can’t be recorded. Run npx chancery verify --live instead, which isn’t recorded."
    : undefined;
}
