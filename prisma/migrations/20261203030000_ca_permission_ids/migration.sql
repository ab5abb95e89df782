-- An operator confirms by ID: that of a CA permission is never that of a certificate.
alter table ca_permission add constraint ca_permission_id_check check (id ~ '^cap_[0-9a-z]+$');
alter table signer.ca_permission add constraint ca_permission_id_check check (id ~ '^cap_[0-9a-z]+$');
