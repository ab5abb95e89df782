import { nodeLogCrypto } from "../node-crypto";
import { readVkey } from "../pure/note";
import type { Policy } from "../pure/policy";
import type { AskWitnesses } from "../publish/types";
import { askRemembered } from "./ask-witness";

const LONGEST_MS = 1_000;

/**
 * Asks every witness of the policy for the last checkpoint of a log that it cosigned, at most a second. Only those that the log's own key
 * signed are returned; a witness that does not answer is as one that knows nothing.
 */
export function makeAskWitnesses(policy: Policy, longestMs = LONGEST_MS): AskWitnesses {
  return async (origin, vkey) => {
    const logKey = await readVkey(nodeLogCrypto, vkey),
      signal = AbortSignal.timeout(longestMs);
    const asked = policy.witnesses.flatMap(({ name, url, key }) =>
      url === null
        ? []
        : [
            askRemembered({ url, key }, origin, logKey, signal).then(
              (note) => ({ witness: name, note }),
              () => null,
            ),
          ],
    );
    return (await Promise.all(asked)).flatMap((one) =>
      one === null || one.note === null ? [] : [{ witness: one.witness, note: one.note }],
    );
  };
}
