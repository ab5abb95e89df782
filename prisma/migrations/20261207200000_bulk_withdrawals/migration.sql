-- Requests for rotation can be withdrawn from many certificates at once.
alter table bulk_act drop constraint bulk_act_act_check;
alter table bulk_act add constraint bulk_act_act_check
  check (act in ('revoke', 'hold', 'release', 'request-rotation', 'cancel-rotation-request', 'suspend', 'activate', 'assign', 'issue'));
