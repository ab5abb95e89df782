// A session's advisory lock is held as long as the session lives, so the session must end soon after
// its process dies, hangs or loses the network: the server ends a session that is silent for three
// seconds and, over TCP, one whose peer does not answer. A Unix socket ignores the last four settings.
// Three, because a revocation has five seconds to be on the CRL, whichever node fails: finding the
// lock free takes another half, and the work itself follows.
export const lockSessionSettings = [
  "set statement_timeout = '7s'",
  "set idle_session_timeout = '3s'",
  "set tcp_keepalives_idle = 1",
  "set tcp_keepalives_interval = 1",
  "set tcp_keepalives_count = 2",
  "set tcp_user_timeout = 3000",
].join("; ");

/** How often the holder of a lock speaks, so that the server keeps its session. */
export const lockHeartbeatMs = 750;

/** How often a process that does not hold the lock tries to take it. */
export const lockRetryMs = 500;
