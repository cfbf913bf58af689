"""What Compose says about the containers that run the image of a file."""

from msgspec import Struct


class Service(Struct, frozen=True):
    """A Compose service that is built from the file; a value that is not literal counts as None."""

    name: str
    #: The Compose file's name.
    source: str
    #: Whether Docker's own init process is PID 1; None where nothing is said.
    init: bool | None = None
    #: The user in place of USER.
    user: str | None = None
    #: `host`, `none`, `service:...`; None for a network of its own.
    network: str | None = None
    #: What is started in place of ENTRYPOINT or CMD.
    replaces_command: bool = False
