/**
 * How long a connection may take to open. PostgreSQL starts a process for each, which takes seconds
 * while all cores are busy.
 */
export const connectTimeoutMs = 10_000;
