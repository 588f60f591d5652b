"""What stands between here and Clarus, in one sentence each, with the setting to look at."""

from __future__ import annotations

import httpx

from pipeline.clarus.access import Access
from pipeline.clarus.answers import Answer
from pipeline.errors import CertificateRefused, NotClarus, ProxyRefused


def page(access: Access, answer: Answer, where: str = "") -> str:
    """Something else has answered; `where` follows "Clarus does not answer"."""
    what = answer.page or ("JSON, but not as Clarus writes it" if answer.body is not None else "an empty page")
    what = f"not JSON: {what}" if answer.page else what
    proxy = f", and the proxy {access.proxy_name}" if access.proxy else ""
    return (
        f"Clarus does not answer at {access.base_url}{where}: something else answered {answer.status} ({what}). "
        f"This may be a proxy, a firewall or the sign-in page of a network (captive portal): "
        f"check base_url under [clarus]{proxy}"
    )


def redirect(access: Access, answer: Answer) -> NotClarus:
    """The address leads elsewhere."""
    target = httpx.URL(access.base_url).join(answer.location)
    shown = f"{target.scheme}://{target.netloc.decode('ascii')}{target.path}"  # the rest may hold a key
    return NotClarus(
        f"{access.base_url} redirects to {shown} ({answer.status}): set base_url under [clarus] to where Clarus "
        "answers; if that is the sign-in page of a network (captive portal), sign in first"
    )


def sign_in(access: Access, answer: Answer) -> NotClarus:
    """511: the network wants somebody to sign in."""
    return NotClarus(
        f"this network asks you to sign in before it lets anything through to {access.base_url} "
        f"({answer.status}, captive portal): sign in, then run again"
    )


def proxy_refusal(access: Access, status: int | None) -> ProxyRefused:
    """The proxy does not let us through; None: what answers there is no proxy."""
    name = f"the proxy {access.proxy_name}" if access.proxy else "a proxy on the way"
    setting = "proxy under [clarus], or HTTPS_PROXY"
    if status == 407:
        return ProxyRefused(
            f"{name} wants a user and password (407): set HTTPS_PROXY to "
            "http://USER:PASSWORD@HOST:PORT in the environment"
        )
    if status is None:
        return ProxyRefused(f"{name} is no proxy: what answers there does not speak HTTP; check {setting}")
    return ProxyRefused(
        f"{name} refuses the way to {httpx.URL(access.base_url).host} ({status}): "
        f"allow it there, or check whether this is a proxy at all ({setting})"
    )


def certificate(access: Access, trouble: str) -> CertificateRefused:
    """Who answers cannot prove to be Clarus."""
    if access.ca_file:
        hint = f"check whether {access.ca_file} (ca_file) holds the certificate of its authority"
    else:
        hint = (
            "if your network uses certificates of its own, "
            "name their file in ca_file under [clarus], or in SSL_CERT_FILE"
        )
    url = httpx.URL(access.base_url)
    return CertificateRefused(f"the certificate of {url.host} cannot be verified: {trouble}; {hint}")
