// A session's advisory lock is held as long as the session lives, so the session must end soon after
// its process dies, hangs or loses the network: the server ends a session that is silent for six
// seconds and, over TCP, one whose peer does not answer. A Unix socket ignores the last four settings.
export const lockSessionSettings = [
  "set statement_timeout = '7s'",
  "set idle_session_timeout = '6s'",
  "set tcp_keepalives_idle = 3",
  "set tcp_keepalives_interval = 1",
  "set tcp_keepalives_count = 3",
  "set tcp_user_timeout = 6000",
].join("; ");

/** How often the holder of a lock speaks, so that the server keeps its session. */
export const lockHeartbeatMs = 1_000;
