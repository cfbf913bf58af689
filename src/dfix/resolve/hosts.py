"""Where the registry of an image is reached, and under which name its login is kept."""

import ipaddress
import re
from dataclasses import dataclass

from dfix.image import ImageReference
from dfix.patterns import regex
from dfix.resolve.failures import RegistryError, printable

_HUB = "docker.io"
_HUB_HOST = "registry-1.docker.io"
#: The name under which Docker keeps the login of the hub, since its first days.
_HUB_LOGIN = "https://index.docker.io/v1/"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_MIRROR = regex(
    rf"(?:(?P<scheme>https?)://)?"
    rf"(?P<authority>(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::[0-9]{{1,5}})?)/?"
)


@dataclass(frozen=True, slots=True)
class Host:
    """A registry: `name` for people, and the scheme and authority (`host:port`) of its addresses.

    Plain HTTP is for names of this machine alone, as with BuildKit and containerd.
    """

    name: str
    scheme: str
    authority: str

    @classmethod
    def of(cls, image: ImageReference) -> "Host":
        """The registry that holds `image`."""
        if is_on_hub(image):
            return cls(_HUB, "https", _HUB_HOST)
        assert image.registry is not None
        scheme = "http" if is_loopback(_without_port(image.registry)) else "https"
        return cls(image.registry, scheme, image.registry)

    @classmethod
    def of_mirror(cls, text: str) -> "Host":
        """The mirror that `text` names: `mirror.example.com:5000`, or with a scheme before it.

        Raises RegistryError for anything else, and for `http://` to another machine.
        """
        match = _MIRROR.fullmatch(text)
        if match is None:
            raise RegistryError(f"not the address of a mirror: {printable(text)}")
        authority = match["authority"]
        loopback = is_loopback(_without_port(authority))
        scheme = match["scheme"] or ("http" if loopback else "https")
        if scheme == "http" and not loopback:
            raise RegistryError(f"a mirror on another machine is asked by https only: {authority}")
        return cls(authority, scheme, authority)

    @property
    def url(self) -> str:
        """What every address of the registry begins with."""
        return f"{self.scheme}://{self.authority}"

    @property
    def login(self) -> str:
        """Under which name Docker's configuration and its helpers keep the login."""
        return _HUB_LOGIN if self.authority == _HUB_HOST else self.authority

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine by its name."""
        return is_loopback(_without_port(self.authority))


def is_on_hub(image: ImageReference) -> bool:
    """Whether `image` is one of the default registry, which mirrors are for."""
    return image.registry is None or image.registry in (_HUB, "index.docker.io")


def repository(image: ImageReference) -> str:
    """The name of the repository in its registry: `library/node` for `node`."""
    return f"library/{image.path}" if is_on_hub(image) and "/" not in image.path else image.path


def is_loopback(name: str) -> bool:
    """Whether a host's name, without a port, is one of this machine by its look."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _without_port(authority: str) -> str:
    return authority if authority.endswith("]") else re.sub(r":[0-9]+$", "", authority)
