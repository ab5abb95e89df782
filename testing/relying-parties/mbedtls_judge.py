"""What Mbed TLS decides about certificates, by the CRLs of the chain.

Arguments: ROOT ISSUING CRLS, then a name and a file for each certificate. Prints a line for each:
the name, and "accepted" or "refused" with the flags of mbedtls_x509_crt_verify.
"""

import ctypes
import sys

x509 = ctypes.CDLL("libmbedx509.so.1")
# Larger than both structures of any 2.x or 3.x release; only the library looks inside.
STRUCTURE_BYTES = 8192


def read_all(kind, paths):
    """The certificates or CRLs of all files as one chain."""
    chain = ctypes.create_string_buffer(STRUCTURE_BYTES)
    getattr(x509, f"mbedtls_x509_{kind}_init")(chain)
    for path in paths:
        with open(path, "rb") as file:
            pem = file.read() + b"\0"  # PEM is told by its last NUL, which the length includes
        failed = getattr(x509, f"mbedtls_x509_{kind}_parse")(chain, pem, ctypes.c_size_t(len(pem)))
        if failed != 0:
            sys.exit(f"{path}: Mbed TLS can't read it ({failed})")
    return chain


root, issuing, crls, *leaves = sys.argv[1:]
trusted = read_all("crt", [root])
revoked = read_all("crl", [crls])
for name, path in zip(leaves[::2], leaves[1::2]):
    chain = read_all("crt", [path, issuing])
    flags = ctypes.c_uint32(0)
    result = x509.mbedtls_x509_crt_verify(
        chain, trusted, revoked, None, ctypes.byref(flags), None, None
    )
    print(name, "accepted" if result == 0 and flags.value == 0 else "refused", hex(flags.value))
