import { dirname } from "node:path";

/** The folder of the clone. */
export const root = dirname(dirname(dirname(import.meta.dirname)));
