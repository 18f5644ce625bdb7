"""`--help` in the words of the manual: NODE, [NODE…]; the types of Python are nobody's business there."""

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand


class Command(TyperCommand):
    """A command whose arguments are called by their names alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.params:
            if one.param_type_name == "argument":
                no_type: Callable[..., str] = lambda *_, **__: ""  # noqa: E731 - a stand-in for typer's method
                setattr(one, "display_type_rich", no_type)  # noqa: B010 - not in every version of typer

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The line `Usage:` after the command's name."""
        return ["[OPTIONS]", *(_usage(one) for one in self.get_params(ctx) if one.param_type_name == "argument")]


def _usage(argument: Any) -> str:
    name = f"{argument.metavar or argument.name}{'' if argument.nargs == 1 else '…'}"
    return name if argument.required else f"[{name}]"


def nothing_said(wrong: Exception) -> bool:
    """Whether a command was called without a word, for which typer makes an error of its help."""
    return type(wrong).__name__ == "NoArgsIsHelpError"
