const firstDescriptor = 3;

/**
 * The descriptor of the one socket that systemd opened for this process (sd_listen_fds), or null.
 * Programs that this process starts don't get it again.
 */
export function takeInheritedListener(
  environment: NodeJS.ProcessEnv = process.env,
  pid = process.pid,
): number | null {
  const { LISTEN_PID: owner, LISTEN_FDS: count } = environment;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete environment[name];
  if (owner !== String(pid) || count === undefined) return null;
  if (count !== "1")
    throw new Error(`This process serves one socket, and systemd gave it ${count}.`);
  return firstDescriptor;
}
