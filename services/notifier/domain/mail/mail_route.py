"""How a mail server is asked to take mail for an address that is not all ASCII."""

import idna


def with_ascii_domain(address: str) -> str:
    """`desk@médiathèque.example` → `desk@xn--mdiathque-53af.example` (IDNA 2008, RFC 5891), which every
    server takes. What is no domain stays: the server says why not."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


def needs_smtputf8(address: str) -> bool:
    """Whether only a server that offers SMTPUTF8 (RFC 6531) can be asked: no other form of it exists."""
    return not address.isascii()
