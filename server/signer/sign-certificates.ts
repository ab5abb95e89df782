import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { isAppError } from "@/lib/errors/app-error";
import type { ServerNames } from "@/lib/net/server-names";
import { assembleSigned } from "@/lib/pki/sign";
import type { Signer } from "@/lib/pki/types";
import type { Clock } from "@/lib/runtime/clock";
import type { CheckBounds } from "./bounds/check-bounds";
import { checkPlan } from "./check-plan";
import { evaluatePlan, type EvaluatedPlan, type EvaluationSources } from "./evaluate-plan";
import { makeHeldNames } from "./held-names";
import { makeIssuers } from "./issuers";
import { makeNameMemory, type InTheWay } from "./name-memory";
import { readPredecessors } from "./predecessors";
import { makeProfileVersions } from "./profile-versions";
import { readStoredPlans, type StoredPlan } from "./read-stored-plans";

type SigningDeps = Readonly<{
  db: Database;
  clock: Clock;
  publicUrl: string;
  ownNames: ServerNames;
  signerOf: (keyId: string) => Promise<Signer>;
  checkBounds: CheckBounds;
  /** Called with messages for the operator that are not errors. */
  onNotice?: (line: string) => void;
}>;
type Result<T> = T | Readonly<{ error: unknown }>;
type Signed = Result<Readonly<{ der: Uint8Array }>>;

const maxBatch = 128;

const settle = <T>(promise: Promise<T>): Promise<Result<T>> =>
  promise.catch((error: unknown) => ({ error }));
const isFailed = (result: object): result is Readonly<{ error: unknown }> => "error" in result;
const isEvaluated = (result: Result<EvaluatedPlan>): result is EvaluatedPlan => !isFailed(result);

/**
 * Signs recorded plans by their ids, batched: each is evaluated by the signer's own judgment, and
 * succeeds or fails by itself. Throws what `checkPlan`, `evaluatePlan` and `CheckBounds` throw, and
 * `signer.name-of-another`.
 */
export function makeCertificateSigner(deps: SigningDeps): (id: string) => Promise<Uint8Array> {
  const { db } = deps;
  const readSources = makeSources(deps);
  const { remember, confirm } = makeNameMemory(db, deps.onNotice);
  const claimAndSign = async (
    plan: EvaluatedPlan,
    inTheWay: InTheWay,
  ): Promise<Readonly<{ der: Uint8Array }>> => {
    await confirm(plan, inTheWay);
    return sign(plan, deps.signerOf);
  };
  const signBatched = makeGroupCommit<string, Signed>({
    maxBatch,
    work: async (ids) => {
      const plans = await readStoredPlans(db, ids);
      const sources = await readSources([...plans.values()]);
      const evaluated = await Promise.all(
        ids.map((id) => settle(evaluate(deps, id, plans.get(id), sources))),
      );
      const inTheWay = await remember(evaluated.filter(isEvaluated), sources.now);
      return Promise.all(
        evaluated.map(async (result) =>
          isEvaluated(result) ? settle(claimAndSign(result, inTheWay)) : result,
        ),
      );
    },
  });
  return async (id) => {
    const signed = await signBatched(id);
    if (isFailed(signed)) throw signed.error;
    return signed.der;
  };
}

function makeSources(
  deps: SigningDeps,
): (plans: readonly StoredPlan[]) => Promise<EvaluationSources> {
  const { db, signerOf, publicUrl, ownNames, clock } = deps;
  const readVersions = makeProfileVersions(db);
  const readIssuers = makeIssuers(db, signerOf);
  const readNames = makeHeldNames(db);
  return async (plans) => {
    const holders = plans.map(({ identityId, epoch, namesEpoch }) => ({
      id: identityId,
      epoch,
      namesEpoch,
    }));
    const [versions, findIssuer, names, predecessors] = await Promise.all([
      readVersions(plans),
      readIssuers(plans),
      readNames(holders),
      readPredecessors(db, signerOf, plans),
    ]);
    const now = clock.now();
    return { versions, findIssuer, names, predecessors, publicUrl, ownNames, now };
  };
}

const dependsOnNames: ReadonlySet<string> = new Set(["signer.name-not-held", "signer.profile"]);

async function evaluate(
  { signerOf, checkBounds }: SigningDeps,
  id: string,
  plan: StoredPlan | undefined,
  sources: EvaluationSources,
): Promise<EvaluatedPlan> {
  const issuer = plan ? await signerOf(plan.keyId) : null;
  const recorded = checkPlan(id, plan, issuer);
  const evaluateNow = () => evaluatePlan(recorded, sources);
  const evaluated = await evaluateNow().catch(async (error: unknown) => {
    if (!isAppError(error) || !dependsOnNames.has(error.code)) throw error;
    // A name that was added by an upgrade raises no epoch: nothing is refused by what was read before.
    await sources.names.readAgain(recorded.plan.identityId);
    return evaluateNow();
  });
  await checkBounds(evaluated, sources.now);
  return evaluated;
}

async function sign(
  { plan }: EvaluatedPlan,
  signerOf: SigningDeps["signerOf"],
): Promise<Readonly<{ der: Uint8Array }>> {
  const { signatureAlgorithm, sign: signBytes } = await signerOf(plan.keyId);
  return { der: assembleSigned(plan.tbsDer, signatureAlgorithm, await signBytes(plan.tbsDer)) };
}
