import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import {
  type Answer,
  isNeverSent,
  notSent,
  parseProblem,
  postJson,
  problemText,
  type Target,
} from "./post-json";

export type Issued = Readonly<{
  serial: string;
  notAfter: string;
  /** Names that the identity didn't hold before. */
  namesAdded?: readonly Readonly<{ type: string; value: string }>[];
  pem: string;
  chainPem: string;
}>;

export type Asked = Target &
  Readonly<{
    profile: string;
    identity: string;
    csr: string;
    validitySeconds: number | undefined;
    /** The same for each attempt: repeated, the request leads to the same certificate. */
    idempotencyKey: string;
  }>;

const attempts = 4;

/**
 * Requests a certificate over the API. What may have had an effect is repeated with the same key: no
 * answer, 5xx, and 409 while an earlier attempt is being processed. Throws AppError
 * `certificate.refused` with every reason if nothing was issued for sure, else `outcome.unknown`.
 */
export async function askForCertificate(asked: Asked, pauseMs = 2000): Promise<Issued> {
  let last = "";
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await wait(pauseMs);
    const answer = await post(asked).catch((error: unknown) => {
      if (attempt === 1 && isNeverSent(error)) throw notSent(asked.url, error);
      last = errorMessage(error);
      return null;
    });
    if (answer === null) continue;
    if (answer.status === 200 || answer.status === 201) return JSON.parse(answer.body) as Issued;
    const refused = refusal(answer);
    if (isFinal(answer, attempt)) throw refused;
    last = refused.message;
  }
  throw new AppError(
    "outcome.unknown",
    `No certificate arrived after ${attempts} attempts: ${last} It may have been issued: look at the list of certificates.`,
  );
}

/**
 * Whether a refusal says that nothing was issued. After an attempt without an answer only the
 * request's own answer does, which the server keeps under the key: another one, such as 401, is about
 * the repetition.
 */
function isFinal({ status, body }: Answer, attempt: number): boolean {
  const { code = "" } = parseProblem(body);
  if (status >= 500 || code.startsWith("idempotency.")) return false;
  return attempt === 1 || code === "certificate.refused";
}

/** Why nothing was issued, with every finding that prevents it. */
const refusal = (answer: Answer): AppError =>
  new AppError("certificate.refused", problemText(answer));

function post(asked: Asked): Promise<Answer> {
  const { profile, identity, csr, validitySeconds, idempotencyKey } = asked;
  const wish = { profile, identity, csr, validitySeconds };
  return postJson(asked, "/api/v1/certificates", wish, idempotencyKey);
}
