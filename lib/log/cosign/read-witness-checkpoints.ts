import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { readVkey } from "@/lib/log/pure/note";
import type { WitnessPolicy } from "@/lib/log/pure/witness-policy";
import type { ReadWitnessCheckpoints } from "./types";
import { fetchCosignedCheckpoint } from "./witness-client";

const defaultTimeoutMs = 1_000;

/**
 * Reads, within `timeoutMs`, the last checkpoint of a log that each witness of the policy cosigned.
 * Returns only checkpoints that the log's own key signed; a witness that does not answer is treated
 * as one that holds none.
 */
export function makeWitnessCheckpointReader(
  policy: WitnessPolicy,
  timeoutMs = defaultTimeoutMs,
): ReadWitnessCheckpoints {
  return async (origin, vkey) => {
    const logKey = await readVkey(nodeLogCrypto, vkey);
    const signal = AbortSignal.timeout(timeoutMs);
    const requests = policy.witnesses.flatMap(({ name, url, key }) =>
      url === null
        ? []
        : [
            fetchCosignedCheckpoint({ url, key }, origin, logKey, signal).then(
              (note) => ({ witness: name, note }),
              () => null,
            ),
          ],
    );
    return (await Promise.all(requests)).flatMap((result) =>
      result === null || result.note === null
        ? []
        : [{ witness: result.witness, note: result.note }],
    );
  };
}
