-- Called for each batch of certificates, often of one: planned once for each connection, and by the table's key even while it is small.
alter function signer.remember_names(text[], text[], timestamptz[], boolean[], int[], text[], int[], text[], int[], text[], text[], timestamptz)
  set plan_cache_mode = force_generic_plan set enable_seqscan = off;
