import type { Deps } from "@/lib/runtime/deps";
import { findSecretById, type FoundSecret } from "./secret-repository";

/** An enrollment secret with its identity and profile, for use cases of other nouns. */
export type EnrollmentSecret = FoundSecret;

/** By its ID, exactly; null if there is none. */
export const findEnrollmentSecret = (
  { db }: Pick<Deps, "db">,
  id: string,
): Promise<EnrollmentSecret | null> => findSecretById(db, id);
