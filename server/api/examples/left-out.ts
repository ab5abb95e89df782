/** In place of an example: an optional field that most answers don't have. */
export const leftOut = Symbol("left out");
