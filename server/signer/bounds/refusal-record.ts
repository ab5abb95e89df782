import type { ErrorCode } from "@/lib/errors/codes";
import { isAppError } from "@/lib/errors/app-error";
import type { SignerClient } from "@/lib/signers/types";
import { recordedTransaction, type RecordingDeps } from "@/server/signer/recorded-transaction";

/**
 * What a sound gateway never asks for, because it judges by the same rules before: whoever asks has
 * taken it over, or has changed the database.
 */
const suspicious: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "signer.ceiling",
  "signer.ca-key",
  "signer.ca-permission",
  "signer.no-record",
  "signer.plan-differs",
  "signer.own-form",
  "signer.profile",
  "signer.profile-version",
  "signer.lint",
  "signer.lifetime",
  "signer.ca-constraints",
  "signer.name-not-held",
  "signer.issuer",
  "signer.host-token",
  "signer.setup-token",
]);
const everyMs = 60_000;
const maxTargetChars = 64;

type Refused = Readonly<{ method: string; certificateId: string | null }>;

/**
 * Records what the signer refused, by itself: the entry doesn't pass through the gateway that asked.
 * One entry a minute for each code, with the count since the one before, so that refusals
 * don't fill the log.
 */
function makeRefusalRecorder(
  deps: RecordingDeps,
  onNotice: (line: string) => void,
): (error: unknown, refused: Refused) => Promise<void> {
  const last = new Map<string, Readonly<{ at: number; since: number }>>();
  return async (error, { method, certificateId }) => {
    if (!isAppError(error) || !suspicious.has(error.code)) return;
    const { code, message } = error;
    const now = deps.clock.now().getTime();
    const { at, since } = last.get(code) ?? { at: -Infinity, since: 0 };
    if (now - at < everyMs) {
      last.set(code, { at, since: since + 1 });
      return;
    }
    last.set(code, { at: now, since: 0 });
    const id = certificateId?.slice(0, maxTargetChars) ?? null;
    const entry = {
      action: "signer.refused",
      outcome: "denied",
      reason: message,
      target: id === null ? null : { kind: "certificate", id, label: id },
      details: { code, method, count: since + 1 },
    } as const;
    await recordedTransaction(deps, entry, async () => {}).catch((failure: unknown) => {
      onNotice(`the refusal ${code} could not be recorded: ${String(failure)}`);
    });
  };
}

/** The same signer, which records what it refuses. */
export function recordRefusals(
  signer: SignerClient,
  deps: RecordingDeps,
  onNotice: (line: string) => void,
): SignerClient {
  const record = makeRefusalRecorder(deps, onNotice);
  const recording = <R>(work: Promise<R>, refused: Refused): Promise<R> =>
    work.catch(async (error: unknown) => {
      await record(error, refused);
      throw error;
    });
  const of = (method: string): Refused => ({ method, certificateId: null });
  return {
    ...signer,
    signCertificate: (id) =>
      recording(signer.signCertificate(id), { method: "signCertificate", certificateId: id }),
    grantSetup: (input) => recording(signer.grantSetup(input), of("grantSetup")),
    listWaiting: (caller) => recording(signer.listWaiting(caller), of("listWaiting")),
    decide: (caller, input) => recording(signer.decide(caller, input), of("decide")),
    listPermissions: (caller) => recording(signer.listPermissions(caller), of("listPermissions")),
    decidePermission: (caller, input) =>
      recording(signer.decidePermission(caller, input), of("decidePermission")),
    allow: (caller, input) => recording(signer.allow(caller, input), of("allow")),
    limit: (caller, input) => recording(signer.limit(caller, input), of("limit")),
  };
}
