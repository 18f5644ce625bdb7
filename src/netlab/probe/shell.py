"""A node's login shell by netmiko, without the waits that netmiko has for devices slower than a node."""

from netmiko.linux.linux_ssh import LinuxSSH


class Shell(LinuxSSH):  # type: ignore[misc] # netmiko tells its types only half
    """Ready at the first prompt. Which prompt that is does not matter: commands here end with a word of our own."""

    def _try_session_preparation(self, force_data: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - netmiko's
        """Netmiko would send an empty line first, and wait a tenth of a second: some devices say nothing unasked."""
        super()._try_session_preparation(force_data=False)

    def session_preparation(self) -> None:
        self.ansi_escape_codes = True
        self._test_channel_read(pattern=self.prompt_pattern)
